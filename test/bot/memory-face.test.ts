import { toPlace } from '../../bot/core/place.ts';
import { behavesLikeAFace } from '../conformance/face-scenarios.ts';
import { type FaceWorld, SCENARIO_RULES } from '../conformance/face-world.ts';
import { behavesLikeAMessenger } from '../conformance/messenger.ts';
import { memoryBench } from '../helpers/memory-bench.ts';
import { memoryDriver } from '../helpers/memory-driver.ts';
import { MemoryVendor, memoryMessenger } from '../helpers/memory-face.ts';
import type { RulebookChanges } from '../helpers/rulebook.ts';
import { startKeyturn } from '../helpers/start-keyturn.ts';

async function start(changes: RulebookChanges = {}): Promise<FaceWorld> {
  const vendor = new MemoryVendor();
  const policy = { rules: SCENARIO_RULES, notify: [toPlace('memory')], ...changes };
  let keyturn = await startKeyturn(policy, {
    ports: { faces: (context) => [memoryMessenger(context, vendor)] },
  });
  return {
    face: memoryDriver(vendor, () => keyturn.keyturn),
    keyturn: () => keyturn,
    async restart(next = {}) {
      keyturn = await keyturn.restart({ ...policy, ...next });
    },
  };
}

behavesLikeAFace('the face in memory', start);
behavesLikeAMessenger('the face in memory', () => memoryBench(true));
behavesLikeAMessenger('the face in memory whose vendor forgets keys', () => memoryBench(false));
