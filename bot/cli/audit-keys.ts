import { userInfo } from 'node:os';
import { Command } from 'commander';
import {
  finishRotation,
  jointNotary,
  NEXT_CHECKPOINT_KEY_ENV,
  nextNotaryFromPem,
  prepareNextNotary,
} from '../../store/keys/notary.ts';
import { rotateKey } from '../app/checkpoint-key.ts';
import { openEpoch } from '../app/open-epoch.ts';
import { publishLast } from '../close-log.ts';
import { KeyturnFault } from '../core/fault.ts';
import { type LogPlace, type OpenLog, openLog } from '../open-log.ts';
import { systemRandom } from '../random.ts';
import { defaultInstallation } from './default-installation.ts';

/** The server must be stopped: there is one writer, and these write. */
export function rotateKeyCommand(): Command {
  return new Command('rotate-key')
    .description('sign the log with a new key from here on; its first checkpoint is signed by both')
    .action(async () => {
      const place = defaultInstallation();
      const key = await withLog(place, 'to go on', async (opened) => {
        const { checkpoint, nextCheckpoint } = place.audit.keys;
        const next = checkpoint === null ? prepareNextNotary(place.keyDir) : fromEnvironment(nextCheckpoint);
        const rotated = await rotateKey(opened.log, next, jointNotary(opened.log.notary, next));
        if (checkpoint === null) finishRotation(place.keyDir, rotated);
        return rotated;
      });
      const inEnvironment = place.audit.keys.checkpoint !== null;
      print(
        `new verifier key: ${key}`,
        'Give it to everybody who verifies this log. What was signed before stays signed by the old one.',
        ...(inEnvironment
          ? [`Now put ${NEXT_CHECKPOINT_KEY_ENV} in place of the old key and start again.`]
          : []),
      );
    });
}

export function newEpochCommand(): Command {
  return new Command('new-epoch')
    .description(
      'go on with a log that was restored or that an anchor is ahead of, or whose key is lost; said in the log for ever',
    )
    .option('--reason <text>', 'why, for whoever reads the log later')
    .action(async ({ reason = '' }: { readonly reason?: string }) => {
      if (reason.trim() === '' || reason.length > MOST_REASON) {
        throw new KeyturnFault('CONFIG_INVALID', `--reason must have 1 to ${MOST_REASON} characters`);
      }
      const operator = userInfo().username;
      const key = await withLog(defaultInstallation(), 'a new epoch', ({ log }) =>
        openEpoch(log, { operator, reason: reason.trim() }),
      );
      print(`new verifier key: ${key}`, 'Give it to everybody who verifies this log, with the reason.');
    });
}

const MOST_REASON = 2_000;

function fromEnvironment(pem: string | null) {
  if (pem !== null) return nextNotaryFromPem(pem);
  throw new KeyturnFault(
    'CONFIG_INVALID',
    `the key comes from the environment, so the next one must too: set ${NEXT_CHECKPOINT_KEY_ENV}`,
  );
}

async function withLog<T>(
  place: LogPlace,
  purpose: 'to go on' | 'a new epoch',
  work: (opened: OpenLog) => Promise<T>,
): Promise<T> {
  const clock = { wall: () => Date.now(), steady: () => performance.now() };
  const onBroken = (cause: unknown) => {
    throw cause;
  };
  const opened = await openLog(place, { clock, random: systemRandom(), onBroken }, purpose);
  try {
    const why = opened.log.guard.why();
    if (why !== null)
      throw new KeyturnFault('LOG_BEHIND', `${why}. Look first; then keyturn audit new-epoch`);
    const result = await work(opened);
    await publishLast(opened.log, opened.anchors);
    return result;
  } finally {
    opened.log.store.close();
  }
}

function print(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
