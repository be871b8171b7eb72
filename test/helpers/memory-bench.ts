import { toPlace } from '../../bot/core/place.ts';
import type { MessengerBench } from '../conformance/messenger.ts';
import { MemoryVendor, memoryMessenger } from './memory-face.ts';
import { startKeyturn } from './start-keyturn.ts';

const MOODS = {
  'refuses for 30 s': { retryAfterMs: 30_000 },
  'is down': 'down',
  'has no such place': { never: 'no such place' },
} as const;

export async function memoryBench(canFind: boolean): Promise<MessengerBench> {
  const vendor = new MemoryVendor();
  vendor.canFind = canFind;
  const keyturn = await startKeyturn();
  return {
    messenger: memoryMessenger(() => keyturn.keyturn.context, vendor),
    keyturn,
    place: toPlace('memory'),
    canFind,
    standing: async (place) =>
      vendor.in(place).map(({ id, under, lines, buttons }) => ({
        id,
        under,
        text: lines.join('\n'),
        buttons: buttons.length,
      })),
    async remove(place, id) {
      for (const message of vendor.in(place)) if (message.id === id) message.deleted = true;
    },
    next: (mood) => void vendor.moods.push(MOODS[mood]),
  };
}
