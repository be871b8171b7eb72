import { KeyturnFault } from '../../bot/core/fault.ts';
import { toIsoTime } from '../../bot/core/instant.ts';

/** Numbers under these names are instants. In the log every time is a string. */
const INSTANTS: ReadonlySet<string> = new Set(['expiresAt', 'usableUntil', 'dueAt', 'leaseUntil', 'retryAt']);

/** The fields of one shape of object in the order of the log: by UTF-16 units of the snake_case name. */
type Order = readonly { readonly name: string; readonly prefix: string }[];

/** Events have few shapes, so each is sorted once. Bounded, should that ever not hold. */
const ORDERS = new Map<string, Order>();
const MOST_ORDERS = 1000;

/** What the code made once and uses for many entries, such as an actor. */
const TEXTS = new WeakMap<object, string>();

/**
 * TypeScript's camelCase values as RFC 8785 text with the log's snake_case names, in one pass. Narrow
 * on purpose: whole numbers, well-formed strings, nothing that JSON cannot hold.
 */
export function toLogText(value: unknown, name = ''): string {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw cannotStand(name);
      return JSON.stringify(value);
    case 'number':
      if (!Number.isSafeInteger(value)) throw cannotStand(name);
      return INSTANTS.has(name) ? `"${toIsoTime(value)}"` : String(value);
    case 'boolean':
      return String(value);
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return `[${value.map((item) => toLogText(item, name)).join(',')}]`;
      return objectText(value as Readonly<Record<string, unknown>>);
    default:
      throw cannotStand(name);
  }
}

/** For a value that never changes. */
export function toLogTextOnce(value: object): string {
  const known = TEXTS.get(value) ?? toLogText(value);
  TEXTS.set(value, known);
  return known;
}

function objectText(value: Readonly<Record<string, unknown>>): string {
  let text = '{';
  for (const { name, prefix } of orderOf(Object.keys(value))) {
    text += (text === '{' ? '' : ',') + prefix + toLogText(value[name], name);
  }
  return `${text}}`;
}

function orderOf(names: readonly string[]): Order {
  const shape = names.join(' ');
  const known = ORDERS.get(shape);
  if (known !== undefined) return known;
  const order = names
    .map((name) => ({ name, snake: name.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`) }))
    .sort((a, b) => (a.snake < b.snake ? -1 : 1))
    .map(({ name, snake }) => ({ name, prefix: `"${snake}":` }));
  if (ORDERS.size < MOST_ORDERS) ORDERS.set(shape, order);
  return order;
}

function cannotStand(name: string): KeyturnFault {
  return new KeyturnFault('ENTRY_INVALID', `${name} cannot stand in the log as it is`);
}
