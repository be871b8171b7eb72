import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { sharedDir } from './require.ts';

/** Microsoft's schema of Adaptive Cards 1.5 as a check, or null where it is not beside the clone. */
export function cardSchema(): ((card: object) => readonly string[]) | null {
  const shared = sharedDir();
  if (shared === null) return null;
  const raw: unknown = JSON.parse(readFileSync(join(shared, 'schemas/adaptive-card.json'), 'utf8'));
  const ajv = new Ajv({ strict: false, allErrors: false, validateFormats: false });
  const check = ajv.compile(modern(raw) as object);
  return (card) => {
    if (check(withoutTeams(card))) return [];
    return (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  };
}

/** From the draft it is written in to the one that our library reads. */
function modern(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(modern);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(
    ([key, inner]) =>
      !(key === '$schema' && typeof inner === 'string') &&
      !(key === 'required' && typeof inner === 'boolean'),
  );
  return Object.fromEntries(
    kept.map(([key, inner]) => [key === 'id' && typeof inner === 'string' ? '$id' : key, modern(inner)]),
  );
}

/** What is Teams' own addition is in no schema of cards. */
function withoutTeams(card: object): unknown {
  const { msteams: _own, ...rest } = card as { msteams?: unknown };
  return JSON.parse(JSON.stringify(rest));
}
