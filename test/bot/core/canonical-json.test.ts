import { describe, expect, it } from 'vitest';
import { canonicalJson, type Json } from '../../../bot/core/canonical-json.ts';

/** What the types forbid and a caller without types may still pass. */
function untyped(value: unknown): Json {
  return value as Json;
}

function nested(depth: number): Json {
  let value: Json = 1;
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

describe('canonicalJson', () => {
  it.each<[string, Json, string]>([
    ['sorts keys', { b: 1, a: 2, '': 3 }, '{"":3,"a":2,"b":1}'],
    ['sorts at every level', [{ b: { d: 1, c: 2 }, a: [] }], '[{"a":[],"b":{"c":2,"d":1}}]'],
    ['sorts keys that look like an index as text', { 10: 'x', 9: 'y', 1: 'z' }, '{"1":"z","10":"x","9":"y"}'],
    ['sorts by UTF-16 code units', { '\u{1f600}': 1, '\ufb33': 2, z: 3 }, '{"z":3,"\u{1f600}":1,"\ufb33":2}'],
    ['writes an empty object and list', { a: {}, b: [] }, '{"a":{},"b":[]}'],
    [
      'writes numbers as ECMAScript does',
      [0, -0, 1e21, 1e-7, 0.1, 5e-324, Number('333333333.33333329')],
      '[0,0,1e+21,1e-7,0.1,5e-324,333333333.3333333]',
    ],
    [
      'escapes what JSON must, and nothing else',
      '\u0000\u001f"\\\n/\u007f\u2028é',
      '"\\u0000\\u001f\\"\\\\\\n/\u007f\u2028é"',
    ],
    ['keeps a pair of surrogates', '\u{1f600}', '"\u{1f600}"'],
  ])('%s', (_what, value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  it('sorts objects with many keys as it sorts those with few', () => {
    const keys = Array.from({ length: 100 }, (_, index) => `key${index}`);
    const object = Object.fromEntries(keys.map((key) => [key, 0]));

    expect(canonicalJson(object)).toBe(
      `{${[...keys]
        .sort()
        .map((key) => `"${key}":0`)
        .join(',')}}`,
    );
  });

  it('row 22: keeps an own __proto__ key, so that nothing rides along outside the digest', () => {
    expect(canonicalJson(JSON.parse('{"b":1,"__proto__":{"x":[]}}'))).toBe('{"__proto__":{"x":[]},"b":1}');
  });

  it('takes an object without a prototype', () => {
    expect(canonicalJson(Object.assign(Object.create(null), { a: 1 }))).toBe('{"a":1}');
  });

  it.each<[string, unknown, string]>([
    ['NaN', { a: [0, Number.NaN] }, '/a/1'],
    ['infinity', [Number.NEGATIVE_INFINITY], '/0'],
    ['a lone high surrogate', { a: 'x\ud800' }, '/a'],
    ['a lone low surrogate', { a: ['\udc00x'] }, '/a/0'],
    ['a lone surrogate in a key', { 'x\ud800': 1 }, '/x\ud800'],
    ['undefined in an object', { 'a/b~c': undefined }, '/a~1b~0c'],
    ['undefined at the top', undefined, ''],
    ['a hole in a list', [[0], new Array(1)], '/1/0'],
    ['a function', { a: () => 1 }, '/a'],
    ['a bigint', [1n], '/0'],
    ['a symbol', { a: { b: Symbol('x') } }, '/a/b'],
    ['a Date', { at: new Date(0) }, '/at'],
    ['a Map', [new Map()], '/0'],
    ['an instance of a class', { a: new (class Thing {})() }, '/a'],
  ])('refuses %s and points at it', (_what, value, pointer) => {
    expect(() => canonicalJson(untyped(value))).toThrow(TypeError);
    expect(() => canonicalJson(untyped(value))).toThrow(`at "${pointer}"`);
  });

  it('does not point at a key that is past', () => {
    expect(() => canonicalJson(untyped({ a: { b: [1, 2] }, c: undefined }))).toThrow('at "/c"');
  });

  it('goes 64 levels deep and no further', () => {
    expect(canonicalJson(nested(64))).toContain('1');
    expect(() => canonicalJson(nested(65))).toThrow('nested deeper than 64');
  });

  it('row 22: refuses a circle and a depth of 100,000 before the stack ends', () => {
    const circle: unknown[] = [];
    circle.push(circle, circle);

    expect(() => canonicalJson(untyped(circle))).toThrow(TypeError);
    expect(() => canonicalJson(nested(100_000))).toThrow(TypeError);
  });
});
