import { folderArchiver } from '../store/export/archiver.ts';
import type { Context } from './app/context.ts';
import { purgeErased } from './app/erase-disclosure.ts';
import { payloadEraser } from './app/erase-payloads.ts';
import { cancelAbandoned, expireDue, forgetRepeats } from './app/expire-due.ts';
import { meetPolicy } from './app/meet-policy.ts';
import { pruneLog } from './app/prune-log.ts';
import { takeDueCheckpoint } from './app/take-checkpoint.ts';
import { progressTeller } from './app/tell-progress.ts';
import { every } from './every.ts';
import type { Exporter } from './ports/exporter.ts';
import type { Logger } from './ports/logger.ts';
import type { Outputs } from './ports/outputs.ts';

interface Timed {
  readonly checkpointEveryMs: number;
  /** How long the log stays, and where it goes after that; null: it stays. */
  readonly keeping: { readonly retentionMs: number; readonly archiveDir: string } | null;
  readonly exporter: Exporter;
  readonly outputs: Pick<Outputs, 'lastLine'>;
  readonly logger: Logger;
}

/** What time alone makes due. Each entry stops one timer, and resolves when its work is over. */
export function startTimers(
  context: Context,
  { checkpointEveryMs, keeping, exporter, outputs, logger }: Timed,
): readonly (() => Promise<void>)[] {
  return [
    every(500, 'expire', () => expireDue(context), logger),
    every(500, 'meet the policy', () => meetPolicy(context), logger),
    every(5_000, 'abandoned', () => cancelAbandoned(context), logger),
    every(60_000, 'erase', payloadEraser(context), logger),
    every(60_000, 'forget', () => forgetRepeats(context), logger),
    every(5_000, 'purge', () => purgeErased(context), logger),
    ...(keeping === null ? [] : [retention(context, exporter, keeping, logger)]),
    every(1_000, 'progress', progressTeller(context, outputs), logger),
    every(1_000, 'checkpoint', () => takeDueCheckpoint(context, checkpointEveryMs), logger),
  ];
}

function retention(
  context: Context,
  exporter: Exporter,
  { retentionMs, archiveDir }: NonNullable<Timed['keeping']>,
  logger: Logger,
) {
  const kept = { exporter, archiver: folderArchiver(archiveDir), keepMs: retentionMs };
  return every(60 * 60_000, 'retention', () => pruneLog(context, kept), logger);
}
