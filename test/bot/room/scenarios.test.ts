import { it } from 'vitest';
import { behavesLikeAFace } from '../../conformance/face-scenarios.ts';
import { SCENARIO_RULES, type StartWorld } from '../../conformance/face-world.ts';
import { freePort } from '../../e2e/folder.ts';
import { HAS_CHROMIUM, useBrowser } from '../../helpers/chromium.ts';
import { skipUnless } from '../../helpers/require.ts';
import { roomDriver } from '../../helpers/room-driver.ts';
import { startKeyturn } from '../../helpers/start-keyturn.ts';

const browser = useBrowser();

const start: StartWorld = async (changes) => {
  const listen = { host: '127.0.0.1', port: await freePort(), publicUrl: null };
  let keyturn = await startKeyturn({ rules: SCENARIO_RULES, ...changes }, { listen });
  const face = roomDriver(await browser({ skip: neverHere }), () => keyturn);
  await face.opens('bob');
  return {
    face,
    keyturn: () => keyturn,
    async restart(next) {
      keyturn = await keyturn.restart(next);
      await face.restarted();
    },
  };
};

function neverHere(): never {
  throw new Error('there is no browser');
}

if (HAS_CHROMIUM) behavesLikeAFace('the room in a browser', start, { timeout: 90_000 });
else it('behaves like a face', (context) => skipUnless(context, 'chromium', false));
