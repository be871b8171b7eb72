import { toAdaptiveCard } from '../cards/adaptive.ts';
import { toListCard } from '../cards/adaptive-list.ts';
import type { Answer } from '../commands/answer.ts';
import type { ShownAnswer } from './wire.ts';

/** An answer as the page takes it: cards drawn up, bytes as text. */
export function toShown(answer: Answer): ShownAnswer {
  switch (answer.kind) {
    case 'card':
      return { kind: 'card', card: toAdaptiveCard(answer.card), buttons: answer.card.buttons };
    case 'list': {
      const buttons = answer.list.items.flatMap((item) => item.buttons);
      return { kind: 'card', card: toListCard(answer.list), buttons };
    }
    case 'file': {
      const { name, mediaType, bytes, about } = answer;
      return { kind: 'file', name, mediaType, base64: Buffer.from(bytes).toString('base64'), about };
    }
    default:
      return answer;
  }
}
