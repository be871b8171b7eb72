/** `<log name>/<epoch>`: which log, and which life of it. Stands in every entry and every checkpoint. */
export interface Origin {
  readonly log: string;
  readonly epoch: number;
}

export function formatOrigin(log: string, epoch: number): string {
  return `${log}/${epoch}`;
}

/** Null for what is none. A log's name may have slashes of its own; the epoch stands behind the last one. */
export function parseOrigin(text: unknown): Origin | null {
  const [, log, epoch] = typeof text === 'string' ? (/^(.+)\/([1-9][0-9]{0,8})$/.exec(text) ?? []) : [];
  return log === undefined ? null : { log, epoch: Number(epoch) };
}
