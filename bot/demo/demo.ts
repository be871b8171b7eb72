import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { toConfiguration } from '../cli/configuration.ts';
import type { Config } from '../compose.ts';
import { KeyturnFault } from '../core/fault.ts';
import type { Courier } from '../ports/courier.ts';
import type { Random } from '../ports/random.ts';
import type { Reading } from '../ports/store.ts';
import { openCodeFolder } from '../room/code-folder.ts';
import { destroyPlan } from './destroy-plan.ts';
import { requestLine, welcomeLines } from './lines.ts';
import { demoPolicy, freshDemoTokens } from './policy.ts';

/** Where the demo keeps its own log; never that of a real install. */
export const DEMO_FOLDER = '.keyturn/demo';

/** Longer than elsewhere: somebody reads along, and the codes are for a toy. */
const DEMO_CODE_LIFE_MS = 30 * 60_000;

/** Somebody who sets one of these means a real install, and must not get a demo by a missing file. */
const FACES = ['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET', 'TEAMS_APP_ID'] as const;

export interface Demo {
  readonly config: Config;
  readonly terminal: (reading: () => Reading) => Courier;
  /** Once it listens: what to paste and where to look. */
  readonly welcome: (port: number, random: Random, now: number) => string;
}

/** A whole Keyturn without a config: for looking at, on this machine only. */
export function createDemo(
  env: Readonly<Record<string, string | undefined>>,
  print: (text: string) => void,
): Demo {
  const tokens = freshDemoTokens();
  const { HOST: host, PORT, KEYTURN_DATA_DIR, KEYTURN_KEY_DIR } = env;
  if (host !== undefined && host !== '' && host !== '127.0.0.1') {
    throw new KeyturnFault(
      'CONFIG_INVALID',
      `the demo listens on 127.0.0.1 only, not on HOST=${host}: run keyturn init`,
    );
  }
  const face = FACES.find((name) => (env[name] ?? '') !== '');
  if (face !== undefined) {
    throw new KeyturnFault(
      'CONFIG_INVALID',
      `there is no keyturn.yaml, and ${face} is set: the demo has no faces. Run keyturn init`,
    );
  }
  const folder = resolve(DEMO_FOLDER);
  const places = {
    PORT,
    KEYTURN_DATA_DIR: KEYTURN_DATA_DIR || resolve(folder, 'data'),
    KEYTURN_KEY_DIR: KEYTURN_KEY_DIR || resolve(folder, 'keys'),
  };
  const config = toConfiguration(demoPolicy(tokens), 'the demo', places);
  return {
    config,
    terminal: (reading) => ({
      face: 'terminal',
      toldOfChanges: true,
      async deliver({ notice }) {
        if (notice.kind !== 'change') return { done: false, never: `a terminal takes no ${notice.kind}` };
        const request = reading().request(notice.request);
        if (request !== null) print(requestLine(request));
        return { done: true };
      },
    }),
    welcome(port, random, now) {
      const planFile = join(folder, 'destroy-plan.json');
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeFileSync(planFile, destroyPlan());
      const codes = openCodeFolder(config.dataDir, random.bytes);
      const codeOf = (person: string) => codes.issue(person, now, DEMO_CODE_LIFE_MS);
      return welcomeLines(`http://127.0.0.1:${port}`, {
        tokens,
        codes: { alice: codeOf('alice'), bob: codeOf('bob'), minutes: DEMO_CODE_LIFE_MS / 60_000 },
        planFile: relative(process.cwd(), planFile),
      });
    },
  };
}
