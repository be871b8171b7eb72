import { createHash } from 'node:crypto';
import type { Who } from './firm.ts';
import type { Body } from './ruling.ts';

/** The digest of RFC 8785 for what these histories submit: sorted keys, plain words, whole numbers. */
export function textOf(asker: Who, { action, target, payload, onBehalfOf }: Body): string {
  return sorted({ action, on_behalf_of: onBehalfOf, payload, requester: asker, target });
}

export function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

export function sorted(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(sorted).join()}]`;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, item]) => `${JSON.stringify(key)}:${sorted(item)}`).join()}}`;
}
