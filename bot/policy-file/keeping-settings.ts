import { resolve } from 'node:path';
import { webhookProblem } from '../../store/anchors/webhook-anchor.ts';
import { type Environment, given } from './environment.ts';
import type { PolicyFile } from './schema.ts';
import { isInside } from './semantics.ts';

export type SinkSettings =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'webhook'; readonly variable: string; readonly url: string };

/** How long the log stays here, where it goes after that, and where it is sent on to meanwhile. */
export interface KeepingSettings {
  readonly retentionMs: number;
  readonly archiveDir: string;
  readonly sinks: readonly SinkSettings[];
}

export function readKeepingSettings(
  audit: PolicyFile['audit'],
  { folder, dataDir }: { readonly folder: string; readonly dataDir: string },
  env: Environment,
  problems: string[],
): KeepingSettings {
  const archiveDir = resolve(folder, audit.archive_dir);
  if (isInside(archiveDir, dataDir)) problems.push(`audit.archive_dir ${ARCHIVE_IN_DATA}`);
  const sinks = audit.stream.flatMap((sink, index): readonly SinkSettings[] => {
    if ('file' in sink) return [{ kind: 'file', path: resolve(folder, sink.file) }];
    const variable = sink.webhook_env;
    const url = given(env[variable]);
    const why = url === undefined ? 'is not set' : webhookProblem(url);
    if (why !== null) problems.push(`${variable}, named by audit.stream[${index}].webhook_env, ${why}`);
    return url === undefined ? [] : [{ kind: 'webhook', variable, url }];
  });
  const places = sinks.map((sink) => (sink.kind === 'file' ? sink.path : sink.variable));
  // One place is kept per sink, so two of the same would send each other's half.
  const twice = places.find((place, index) => places.indexOf(place) !== index);
  if (twice !== undefined) problems.push(`audit.stream names ${twice} twice`);
  return { retentionMs: audit.retention, archiveDir, sinks };
}

const ARCHIVE_IN_DATA = 'must not be inside data_dir: whoever loses the one would lose the other';
