import { join, resolve } from 'node:path';
import { webhookProblem } from '../../store/anchors/webhook-anchor.ts';
import { GRANT_KEY_ENV } from '../../store/keys/grant-key.ts';
import { CHECKPOINT_KEY_ENV, NEXT_CHECKPOINT_KEY_ENV } from '../../store/keys/notary.ts';
import { type Environment, given } from './environment.ts';
import type { PolicyFile } from './schema.ts';
import { isInside } from './semantics.ts';

export type AnchorSettings =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'webhook'; readonly variable: string; readonly url: string };

/** How the log is signed and where that is shown. Keys are PEM from the environment, or null for files. */
export interface AuditSettings {
  readonly checkpointEveryMs: number;
  readonly anchors: readonly AnchorSettings[];
  readonly keys: {
    readonly checkpoint: string | null;
    readonly nextCheckpoint: string | null;
    readonly grant: string | null;
  };
}

interface Folders {
  readonly folder: string;
  readonly dataDir: string;
  readonly keyDir: string;
}

export function readAuditSettings(
  audit: PolicyFile['audit'],
  folders: Folders,
  env: Environment,
  problems: string[],
): AuditSettings {
  const anchors = audit.anchors ?? [{ file: defaultAnchor(folders.keyDir) }];
  return {
    checkpointEveryMs: audit.checkpoint_every,
    anchors: anchors.flatMap((anchor, index) => readAnchor(anchor, index, folders, env, problems)),
    keys: {
      checkpoint: given(env[CHECKPOINT_KEY_ENV]) ?? null,
      nextCheckpoint: given(env[NEXT_CHECKPOINT_KEY_ENV]) ?? null,
      grant: given(env[GRANT_KEY_ENV]) ?? null,
    },
  };
}

/**
 * A place that is surely there and can be written to, since the keys were made in it, and that no copy
 * of the data directory brings along.
 */
function defaultAnchor(keyDir: string): string {
  return join(keyDir, 'anchor.notes');
}

function readAnchor(
  anchor: NonNullable<PolicyFile['audit']['anchors']>[number],
  index: number,
  { folder, dataDir }: Folders,
  env: Environment,
  problems: string[],
): readonly AnchorSettings[] {
  if ('file' in anchor) {
    const path = resolve(folder, anchor.file);
    if (isInside(path, dataDir)) problems.push(`audit.anchors[${index}].file ${ANCHOR_IN_DATA}`);
    return [{ kind: 'file', path }];
  }
  const variable = anchor.webhook_env;
  const url = given(env[variable]);
  const why = url === undefined ? 'is not set' : webhookProblem(url);
  // The address is a secret: whoever has it can post there.
  if (why !== null) problems.push(`${variable}, named by audit.anchors[${index}].webhook_env, ${why}`);
  return url === undefined ? [] : [{ kind: 'webhook', variable, url }];
}

const ANCHOR_IN_DATA =
  'must not be inside data_dir: a copy of the data that is put back would bring its own anchor along';
