import { canonicalJson, type Json } from '../../../bot/core/canonical-json.ts';
import { GENESIS_PREV, leafHash } from '../../../store/audit/entry.ts';
import { type Verdict, verifyEntries } from '../../../store/audit/verify.ts';

/** An entry that a forger can write in. */
export type Forged = { [key: string]: Json };

export function parse(lines: readonly Uint8Array[]): Forged[] {
  return lines.map((bytes) => JSON.parse(Buffer.from(bytes).toString('utf8')) as Forged);
}

/** What somebody can do who owns the machine: write every number and every hash anew. */
export function rechain(log: readonly Forged[]): Buffer[] {
  let prev = GENESIS_PREV;
  return log.map((entry, seq) => {
    const bytes = Buffer.from(canonicalJson({ ...entry, seq, prev: Buffer.from(prev).toString('base64') }));
    prev = leafHash(bytes);
    return bytes;
  });
}

export function verifyForged(log: readonly Forged[]): Promise<Verdict> {
  return verifyEntries(rechain(log));
}

/** `a.b.0.c`: the steps to a value. */
export function get(entry: Forged, path: string): Json {
  const steps = path === '' ? [] : path.split('.');
  return steps.reduce<Json>((value, step) => (value as Forged)[step] as Json, entry);
}

export function put(entry: Forged | undefined, path: string, value: Json): void {
  if (entry === undefined) throw new Error('there is no such entry');
  const end = path.lastIndexOf('.');
  (get(entry, path.slice(0, Math.max(end, 0))) as Forged)[path.slice(end + 1)] = value;
}

/** Where the nth entry of that type about that request stands. */
export function find(log: readonly Forged[], request: number | null, type: string, nth = 0): number {
  const found = log.flatMap((entry, index) => {
    const number = (entry['subject'] as Forged | undefined)?.['number'] ?? null;
    return number === request && entry['type'] === type ? [index] : [];
  });
  const index = found[nth];
  if (index === undefined) throw new Error(`no ${type} of request ${request} in the log`);
  return index;
}

/** A copy of an entry that says something else, with the same place, time and actor unless told. */
export function like(entry: Forged | undefined, change: { readonly [path: string]: Json }): Forged {
  const copy = structuredClone(entry) as Forged;
  for (const [path, value] of Object.entries(change)) put(copy, path, value);
  return copy;
}
