import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { checkAnchors } from '../store/anchors/check-anchors.ts';
import { fileAnchor } from '../store/anchors/file-anchor.ts';
import { webhookAnchor } from '../store/anchors/webhook-anchor.ts';
import { openNotary, openNotaryForEpoch } from '../store/keys/notary.ts';
import { openSqliteStore } from '../store/sqlite/store.ts';
import { type AnchorHealth, anchorPlace } from './app/anchor-checkpoints.ts';
import { nameKey, refuseOtherKey } from './app/checkpoint-key.ts';
import { KEYTURN, type LogContext } from './app/context.ts';
import { trustedTime } from './app/time.ts';
import { createWatchers } from './app/watchers.ts';
import type { AnchorSettings, AuditSettings } from './policy-file/audit-settings.ts';
import type { Anchor } from './ports/anchor.ts';
import type { Clock } from './ports/clock.ts';
import type { Directory } from './ports/directory.ts';
import type { LogGuard } from './ports/log-guard.ts';
import type { Random } from './ports/random.ts';
import { SOFTWARE } from './software.ts';

export interface LogPlace {
  readonly dataDir: string;
  readonly keyDir: string;
  /** The log's name, the first part of its origin. */
  readonly log: string;
  readonly audit: AuditSettings;
}

export interface Machine {
  readonly clock: Clock;
  readonly random: Random;
  /** Who keeps groups of the policy elsewhere. */
  readonly directories?: readonly Directory[];
  /** The store can no longer be trusted. MUST end the process, without answering anybody. */
  readonly onBroken: (cause: unknown) => void;
}

export interface OpenLog {
  readonly log: LogContext;
  readonly anchors: readonly Anchor[];
  readonly health: AnchorHealth;
}

/**
 * Opens the log alone: store and its tail, the key, and what the anchors know of it. For `a new epoch`
 * the key may be another one than the log names, as it is after a loss.
 */
export async function openLog(
  { dataDir, keyDir, log: name, audit }: LogPlace,
  { clock, random, onBroken }: Machine,
  purpose: 'to go on' | 'a new epoch' = 'to go on',
): Promise<OpenLog> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, 'keyturn.db');
  const store = openSqliteStore({ file, log: name, software: SOFTWARE, random, onBroken });
  try {
    const { committed } = store;
    const keys = { keyDir, pem: audit.keys.checkpoint };
    const inForce = committed.checkpointKeys().at(-1) ?? null;
    const notary = purpose === 'to go on' ? openNotary(keys, inForce) : openNotaryForEpoch(keys);
    const ownKey = notary.keyFor(committed.tree.origin());
    if (purpose === 'to go on') refuseOtherKey(inForce, ownKey);
    const anchors = audit.anchors.map(openAnchor);
    const { ahead, agreed, unread } = await checkAnchors(anchors, committed, ownKey);
    const from = committed.restoredFrom();
    const held = ahead ?? (from === null || agreed ? null : UNCONFIRMED);
    const health: AnchorHealth = { out: new Set(unread) };
    const log: LogContext = {
      store,
      time: trustedTime(clock, committed.newestEntry()?.ts ?? 0),
      watchers: createWatchers(),
      notary,
      guard: guardOf(purpose === 'to go on' ? held : null, anchors, health),
      anchors: anchors.map(anchorPlace),
    };
    await store.transact((tx) => {
      const restored = from === null ? {} : { restored: { from, confirmed: agreed } };
      const started = { type: 'log.started', clean: store.stoppedCleanly, ...restored } as const;
      tx.append(started, KEYTURN, log.time.now(), null);
      if (agreed) tx.clearRestored();
    });
    if (purpose === 'to go on') await nameKey(log);
    return { log, anchors, health };
  } catch (cause) {
    store.close();
    throw cause;
  }
}

const UNCONFIRMED =
  'this is a copy that was restored, and no anchor that can be read shows that it is the newest one';

function openAnchor(anchor: AnchorSettings, index: number): Anchor {
  const id = `${anchor.kind}-${index + 1}`;
  return anchor.kind === 'file'
    ? fileAnchor(id, anchor.path)
    : webhookAnchor(id, anchor.variable, anchor.url);
}

function guardOf(held: string | null, anchors: readonly Anchor[], { out }: AnchorHealth): LogGuard {
  const none = anchors.length === 0 ? ['no anchor is configured: nothing outside shows a cut log'] : [];
  return {
    why: () => held,
    warnings: () => [...none, ...[...out].map((id) => `the anchor ${id} cannot be reached or is empty`)],
  };
}
