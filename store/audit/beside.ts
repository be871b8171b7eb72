import type { JsonObject } from '../../bot/core/canonical-json.ts';
import { commitment } from './entry.ts';
import type { LoggedEntry } from './replay-shape.ts';

/** A text that stands beside the log. `value` is JCS. */
export interface TextBeside {
  readonly field: string;
  readonly salt: Uint8Array;
  readonly value: string;
}

/** What a database or a bundle holds beside the bytes of an entry. */
export interface Beside {
  /** Copies that a database's queries use; a bundle has none. */
  readonly columns?: {
    readonly seq: number;
    readonly prev: Uint8Array;
    readonly type: string;
    readonly request: number | null;
  };
  /** The texts that are still there for this entry. */
  readonly texts: readonly TextBeside[];
}

/** A copy that says something else misleads whoever reads it. */
export function columnProblem(entry: JsonObject, { columns }: Beside): string | null {
  if (columns === undefined) return null;
  const { seq, prev, type, request } = columns;
  const { subject } = entry;
  const number =
    typeof subject === 'object' && subject !== null && 'number' in subject ? subject['number'] : null;
  if (entry['seq'] !== seq) return 'the column seq is not that of its bytes';
  if (entry['prev'] !== Buffer.from(prev.buffer, prev.byteOffset, prev.byteLength).toString('base64')) {
    return 'the column prev is not that of its bytes';
  }
  if (entry['type'] !== type) return 'the column type is not that of its bytes';
  return number === request ? null : 'the column request is not that of its bytes';
}

/** Every text that is there is one that the entry commits to. Or why not. */
export function textProblem({ d }: LoggedEntry, texts: readonly TextBeside[]): string | null {
  for (const { field, salt, value } of texts) {
    if (!Object.hasOwn(d, field)) return 'a text stands beside it that it does not commit to';
    if (commitment(salt, value) !== d[field]) return `its ${field} is not the text that it commits to`;
  }
  return null;
}

/** Texts that are not there, until an entry says that they were erased. */
export interface Absences {
  take(entry: LoggedEntry, texts: readonly TextBeside[]): void;
  count(): number;
  /** The first that no entry accounts for. */
  first(): { readonly seq: number; readonly field: string } | null;
}

/** It holds what is missing, and no text. */
export function createAbsences(): Absences {
  const missing = new Map<string, { readonly seq: number; readonly field: string }>();
  let erased = 0;
  return {
    take(entry, texts) {
      const { seq, d } = entry;
      for (const field of Object.keys(d)) {
        if (!texts.some((text) => text.field === field)) missing.set(`${seq} ${field}`, { seq, field });
      }
      if (entry.type === 'disclosure.erased' && missing.delete(`${entry.data.seq} ${entry.data.field}`)) {
        erased += 1;
      }
    },
    count: () => missing.size + erased,
    first: () => missing.values().next().value ?? null,
  };
}
