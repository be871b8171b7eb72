import { isJsonArray, isJsonObject, type Json, type JsonObject } from '../core/canonical-json.ts';
import type { Finding, Path } from './problem.ts';

/**
 * Keys of the format that do nothing yet. A file that has one is refused: whoever wrote `tests`
 * relies on them, and a key that is taken and ignored is worse than one that is not there.
 * `*` is any key of that section, or any entry of that list. A key goes from this list when it works.
 */
const NOT_YET: readonly (readonly [name: string, ...path: string[]])[] = [
  ['auth.oidc', 'clients', '*', 'auth', 'oidc'],
];

export interface NotYet {
  readonly findings: readonly Finding[];
  /** The file without those keys, so that nothing else complains about them. */
  readonly rest: Json;
}

export function refuseNotYet(data: Json): NotYet {
  const findings: Finding[] = [];
  let rest = data;
  for (const [name, ...pattern] of NOT_YET) {
    rest = without(rest, pattern, [], (path) => {
      findings.push({ path, message: `${name} is not available in this version; remove it` });
    });
  }
  return { findings, rest };
}

function without(value: Json, pattern: readonly string[], at: Path, report: (path: Path) => void): Json {
  const [step, ...below] = pattern;
  if (step === '*' && isJsonArray(value))
    return value.map((item, index) => without(item, below, [...at, index], report));
  if (step === undefined || !isJsonObject(value)) return value;
  const kept: [string, Json][] = [];
  for (const [key, inner] of Object.entries(value as JsonObject)) {
    const path = [...at, key];
    if (step !== '*' && step !== key) kept.push([key, inner]);
    else if (below.length > 0) kept.push([key, without(inner, below, path, report)]);
    else report(path);
  }
  return Object.fromEntries(kept);
}
