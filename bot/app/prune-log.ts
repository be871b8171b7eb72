import type { Archiver } from '../ports/archiver.ts';
import type { Exporter, ExportOrder } from '../ports/exporter.ts';
import { write } from './change-request.ts';
import { type Context, KEYTURN } from './context.ts';
import { checkpointIn } from './take-checkpoint.ts';

/** Deleted in one transaction, so that nobody waits long for the next. */
const BATCH = 500;

export interface Retention {
  readonly exporter: Exporter;
  readonly archiver: Archiver;
  readonly keepMs: number;
}

/**
 * Archives what is older than `keepMs` and lets it go. First the archive, whole and on disk; then the
 * entry that says so, and with it what the log must not forget: who is behind which id, which key
 * signs and which policy is in force. Only then is anything deleted, and a crash in between loses nothing.
 */
export async function pruneLog(context: Context, { exporter, archiver, keepMs }: Retention): Promise<void> {
  const { committed } = context.store;
  await dropPruned(context);
  const from = committed.firstSeq();
  const before = committed.pruneBoundary(context.time.now() - keepMs);
  if (before <= from || context.guard.why() !== null || !exporter.hasRoom()) return;
  const order = await write<ExportOrder | null>(context, (writing) => {
    const checkpoint = checkpointIn(context, writing);
    if (checkpoint === null) return null;
    const { reportNames: reports } = exporter;
    const origin = writing.tx.tree.origin();
    return { from, to: before - 1, reports, checkpoint, origin, by: null, at: writing.at };
  });
  if (order === null) return;
  const archive = await archiver.keep(exporter.start(order));
  await write(context, (writing) => {
    const { tx, at } = writing;
    const links = tx.linksBefore(before);
    tx.append({ type: 'log.pruned', before, archive }, KEYTURN, at, null);
    for (const { person, accounts, key } of links)
      tx.append({ type: 'identity.linked', person, accounts, text: { key } }, KEYTURN, at, null);
    const key = tx.checkpointKeys().at(-1);
    if (key !== undefined)
      tx.append({ type: 'log.key_rotated', previous: key, next: key }, KEYTURN, at, null);
    const version = tx.policyInForce();
    if (version !== null) {
      const policy =
        version === context.rulebook.policy.version ? { policy: context.rulebook.policyText } : {};
      tx.append(
        { type: 'policy.loaded', version, previous: version, text: { ...policy } },
        KEYTURN,
        at,
        null,
      );
    }
    tx.setPruned(before, archive);
    checkpointIn(context, writing);
  });
  await dropPruned(context);
}

async function dropPruned(context: Context): Promise<void> {
  if (context.store.committed.firstSeq() === 0) return;
  while ((await write(context, ({ tx }) => tx.dropPruned(BATCH))) > 0);
}
