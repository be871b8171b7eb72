import type { Noted } from './noted.ts';

/** Opaque ids and the keys that the config had for them, as far as those were not erased. */
export interface People {
  take(noted: Noted): void;
  /** Empty for an id whose key was erased, or linked before the first entry. */
  key(person: string | null): string;
  keys(persons: readonly string[]): string;
}

/** It holds one text per person. */
export function createPeople(): People {
  const known = new Map<string, string>();
  const key = (person: string | null) => (person === null ? '' : (known.get(person) ?? ''));
  return {
    take({ entry, texts }) {
      if (entry.type !== 'identity.linked') return;
      const { key: text } = texts;
      if (text !== undefined) known.set(entry.data.person, text);
    },
    key,
    keys: (persons) =>
      persons
        .map(key)
        .filter((text) => text !== '')
        .join(' '),
  };
}
