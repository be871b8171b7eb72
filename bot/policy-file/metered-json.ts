import { isJsonArray, type Json, type JsonObject } from '../core/canonical-json.ts';

/**
 * What one evaluation of a condition may cost. A step is about a microsecond, so a hostile payload
 * holds the process for half a second at most. Counted, not timed: the same request always gets the
 * same answer.
 */
const MAX_STEPS = 500_000;

/** Counts the work of one evaluation. The condition that owns it resets it; evaluations never nest. */
export class Meter {
  private steps = MAX_STEPS;
  private readonly perItem: number;

  /** `nodes`: the size of the expression, all of which may run again for each item of a list. */
  constructor(nodes: number) {
    this.perItem = 1 + nodes / 20;
  }

  get exhausted(): boolean {
    return this.steps < 0;
  }

  reset(): void {
    this.steps = MAX_STEPS;
  }

  charge(cost: number): void {
    this.steps -= cost;
    if (this.exhausted) throw new Error('too much work');
  }

  item(): void {
    this.charge(this.perItem);
  }
}

/** JSON as a condition sees it: an integer is an integer, and each item that is looked at is charged. */
export type Value = null | boolean | number | bigint | string | Items<unknown> | Members;

export function toValue(json: Json, meter: Meter): Value {
  if (typeof json === 'number') return Number.isSafeInteger(json) ? BigInt(json) : json;
  if (json === null || typeof json !== 'object') return json;
  if (!isJsonArray(json)) return new Members(json, meter);
  return new Items(json.length, (index) => toValue(json[index] ?? null, meter), meter);
}

/** A list whose items are made when they are asked for. */
export class Items<T> {
  readonly size: number;
  private readonly at: (index: number) => T;
  private readonly meter: Meter;

  constructor(size: number, at: (index: number) => T, meter: Meter) {
    this.size = size;
    this.at = at;
    this.meter = meter;
  }

  get(index: number): T | undefined {
    this.meter.charge(0.5);
    return Number.isInteger(index) && index >= 0 && index < this.size ? this.at(index) : undefined;
  }

  *values(): IterableIterator<T> {
    for (let index = 0; index < this.size; index += 1) {
      this.meter.item();
      yield this.at(index);
    }
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.values();
  }
}

/**
 * Two lists in one. `map` and `filter` append one item per step: as long as nothing else was
 * appended to the same list, its array grows in place, and each list sees its own length of it.
 */
export class Joined<T> extends Items<T> {
  private readonly all: T[];

  constructor(left: Iterable<T>, right: Iterable<T>, meter: Meter) {
    const grows = left instanceof Joined && left.all.length === left.size;
    const all: T[] = grows ? left.all : [...left];
    // Drawn first: a list that is joined to itself would grow under its own iterator.
    for (const item of [...right]) all.push(item);
    super(all.length, (index) => all[index] as T, meter);
    this.all = all;
    meter.item();
  }
}

/** An object, by its own keys only, so that `__proto__` and `constructor` are keys like any other. */
export class Members {
  private readonly object: JsonObject;
  private readonly meter: Meter;

  constructor(object: JsonObject, meter: Meter) {
    this.object = object;
    this.meter = meter;
  }

  get size(): number {
    const { length } = Object.keys(this.object);
    this.meter.charge(length / 10);
    return length;
  }

  get(key: unknown): Value | undefined {
    this.meter.charge(0.5);
    return typeof key === 'string' && this.has(key)
      ? toValue(this.object[key] ?? null, this.meter)
      : undefined;
  }

  /** True also for a key that holds null: `has(payload.force)` must not be blind to it. */
  has(key: unknown): boolean {
    return typeof key === 'string' && Object.hasOwn(this.object, key);
  }

  *keys(): IterableIterator<string> {
    for (const key of Object.keys(this.object)) {
      this.meter.item();
      yield key;
    }
  }

  *[Symbol.iterator](): IterableIterator<[string, Value]> {
    for (const key of this.keys()) yield [key, this.get(key) ?? null];
  }
}
