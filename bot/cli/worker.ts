import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { readUrl } from '../../connectors/guard/settings.ts';
import { KeyturnFault } from '../core/fault.ts';
import { createLogger } from '../logger.ts';
import type { Logger } from '../ports/logger.ts';
import { startWorker, type WorkerSettings } from '../start-worker.ts';

const EXIT_USAGE = 78;

/** What runs gets this long to end once the worker is told to. */
const DRAIN = 600;

export function workerCommand(): Command {
  return new Command('worker')
    .description('carry out approved actions on this machine, for a bot on this or another one')
    .option('--grant-key <file>', "the bot's grant.pub, instead of KEYTURN_GRANT_PUB")
    .option('--concurrency <count>', 'how many actions at the same time', '4')
    .option('--drain <seconds>', 'how long what runs may still take after SIGTERM', String(DRAIN))
    .action(async (options: Options) => {
      const outputDir = mkdtempSync(join(tmpdir(), 'keyturn-worker-'));
      process.once('exit', () => rmSync(outputDir, { recursive: true, force: true }));
      await work({ ...readWorkerSettings(options, process.env), outputDir });
    });
}

interface Options {
  readonly grantKey?: string;
  readonly concurrency: string;
  readonly drain: string;
}

async function work(settings: WorkerSettings): Promise<void> {
  const logger = createLogger(process.env['LOG_LEVEL'] ?? 'info');
  const worker = startWorker(settings, {
    logger,
    onTurnedAway(why) {
      logger.error('this worker is turned away; it takes nothing more', { why });
      end(EXIT_USAGE);
    },
  });
  let isEnding = false;
  const end = (code: number) => {
    // The second signal is a person who does not want to wait. What runs is lost with its lease.
    if (isEnding) return code === 0 ? process.exit(130) : undefined;
    isEnding = true;
    worker.stop().then(
      () => process.exit(code),
      (cause: unknown) => failed(logger, cause),
    );
  };
  process.on('SIGINT', () => end(0));
  process.on('SIGTERM', () => end(0));
}

function failed(logger: Logger, cause: unknown): never {
  logger.error('did not stop cleanly', { cause: String(cause) });
  process.exit(1);
}

/** Everything that is missing or unusable, at once, and nothing of the token itself. */
export function readWorkerSettings(
  { grantKey, concurrency, drain }: Options,
  env: NodeJS.ProcessEnv,
): Omit<WorkerSettings, 'outputDir'> {
  const problems: string[] = [];
  const tried = <T>(work: () => T): T | null => {
    try {
      return work();
    } catch (cause) {
      problems.push(cause instanceof Error ? cause.message : String(cause));
      return null;
    }
  };
  const token = env['KEYTURN_TOKEN'] ?? '';
  if (!/^ktw_[\x21-\x7e]{16,196}$/.test(token))
    problems.push("KEYTURN_TOKEN must hold a worker's token (ktw_…, from: keyturn token new worker)");
  const redisUrl = env['REDIS_URL'] ?? '';
  if (!/^rediss?:\/\//.test(redisUrl)) problems.push('REDIS_URL must hold a redis:// or rediss:// URL');
  const url = tried(() => readUrl(env['KEYTURN_URL']));
  const keyFile = grantKey ?? env['KEYTURN_GRANT_PUB'] ?? '';
  if (keyFile === '')
    problems.push("KEYTURN_GRANT_PUB (or --grant-key) must name the bot's grant.pub, from its key_dir");
  const publicKey = keyFile === '' ? null : tried(() => readKey(keyFile));
  const most = wholeNumber('--concurrency', concurrency, [1, 100], problems);
  const drainMs = wholeNumber('--drain', drain, [0, 86_400], problems) * 1_000;
  if (problems.length > 0 || url === null || publicKey === null)
    throw new KeyturnFault('CONFIG_INVALID', problems.join('; '));
  return { url, token, redisUrl, publicKey, keyFile, most, drainMs, env };
}

function readKey(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new KeyturnFault('CONFIG_INVALID', `grant.pub cannot be read at ${file}: ${String(cause)}`, {
      cause,
    });
  }
}

function wholeNumber(
  name: string,
  text: string,
  [least, most]: readonly [number, number],
  problems: string[],
): number {
  const value = Number(text);
  if (/^\d{1,6}$/.test(text) && value >= least && value <= most) return value;
  problems.push(`${name} must be a whole number from ${least} to ${most}`);
  return least;
}
