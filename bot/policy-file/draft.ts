import { isJsonArray, isJsonObject, type Json } from '../core/canonical-json.ts';
import type { Finding, Path } from './problem.ts';
import { BreakGlass, Freeze, PolicyFile, Rule, SECTIONS } from './schema.ts';
import { toFindings } from './zod-findings.ts';

type Entries<Section extends keyof typeof SECTIONS> = ReadonlyMap<string, PolicyFile[Section][string] | null>;

/**
 * As much of the file as could be read, so that every other problem is found at the same time. What
 * could not is null: it is there, its name counts, and nothing more is said about it.
 */
export interface Draft {
  readonly environments: readonly string[] | null;
  readonly people: Entries<'people'>;
  readonly groups: Entries<'groups'>;
  readonly clients: Entries<'clients'>;
  readonly workers: Entries<'workers'>;
  readonly actions: Entries<'actions'>;
  readonly plans: Entries<'plans'>;
  readonly events: Entries<'events'>;
  readonly rules: readonly (PolicyFile['rules'][number] | null)[];
  readonly freezes: readonly (PolicyFile['freezes'][number] | null)[];
  readonly breakGlass: readonly (PolicyFile['break_glass'][number] | null)[];
  readonly default: PolicyFile['default'] | null;
  readonly clearFrom: readonly string[] | null;
  readonly auditors: readonly string[] | null;
  readonly tests: PolicyFile['tests'] | null;
  readonly queue: PolicyFile['queue'] | null;
  readonly connectors: PolicyFile['connectors'] | null;
  readonly dataDir: string | null;
  readonly keyDir: string | null;
}

export function readDraft(data: Json): { readonly draft: Draft; readonly findings: readonly Finding[] } {
  if (!isJsonObject(data)) {
    const findings = [{ path: [], message: 'must be a section of keys such as version, people and rules' }];
    return { draft: readSections({}, []), findings };
  }
  const findings: Finding[] = [];
  for (const key of Object.keys(data)) {
    if (!Object.hasOwn(PolicyFile.shape, key))
      findings.push({ path: [key], message: 'is not a key that can stand here' });
  }
  return { draft: readSections(data, findings), findings };
}

function readSections(data: { readonly [key: string]: Json }, findings: Finding[]): Draft {
  function read<T>(reader: Reader<T>, value: Json | undefined, path: Path): T | null {
    const result = reader.safeParse(value);
    if (result.success) return result.data;
    findings.push(...toFindings(result.error.issues, value, path));
    return null;
  }
  const at = (key: string) => (Object.hasOwn(data, key) ? data[key] : undefined);
  const whole = <K extends keyof typeof PolicyFile.shape>(key: K) =>
    read(PolicyFile.shape[key] as Reader<PolicyFile[K]>, at(key), [key]);

  function entries<S extends keyof typeof SECTIONS>(section: S): Entries<S> {
    const value = at(section);
    const found = new Map<string, PolicyFile[S][string] | null>();
    if (value === undefined || !isJsonObject(value)) {
      whole(section);
      return found;
    }
    const { key, entry } = SECTIONS[section];
    for (const [name, inner] of Object.entries(value)) {
      const named = read(key, name, [section, name]);
      const parsed = read(entry as unknown as Reader<PolicyFile[S][string]>, inner, [section, name]);
      found.set(name, named === null ? null : parsed);
    }
    return found;
  }

  function list<K extends 'rules' | 'freezes' | 'break_glass'>(
    key: K,
    reader: Reader<PolicyFile[K][number]>,
  ): readonly (PolicyFile[K][number] | null)[] {
    const value = at(key);
    if (value === undefined || !isJsonArray(value)) return whole(key) ?? [];
    return value.map((item, index) => read(reader, item, [key, index]));
  }

  for (const key of ['version', 'listen', 'admin', 'limits', 'audit', 'payload_retention'] as const)
    whole(key);
  // It may be left out, and has no default.
  if (at('security_notices') !== undefined) whole('security_notices');
  return {
    environments: whole('environments'),
    people: entries('people'),
    groups: entries('groups'),
    clients: entries('clients'),
    workers: entries('workers'),
    actions: entries('actions'),
    plans: entries('plans'),
    events: entries('events'),
    rules: list('rules', Rule),
    freezes: list('freezes', Freeze),
    breakGlass: list('break_glass', BreakGlass),
    default: whole('default'),
    clearFrom: whole('clear_from'),
    auditors: whole('auditors'),
    tests: whole('tests'),
    queue: whole('queue'),
    connectors: whole('connectors'),
    dataDir: whole('data_dir'),
    keyDir: whole('key_dir'),
  };
}

/** What this file needs of a zod schema. */
interface Reader<T> {
  safeParse(
    value: unknown,
  ):
    | { readonly success: true; readonly data: T }
    | { readonly success: false; readonly error: { readonly issues: Parameters<typeof toFindings>[0] } };
}
