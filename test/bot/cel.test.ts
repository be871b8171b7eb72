import { describe, expect, it } from 'vitest';
import { compileCondition } from '../../bot/cel.ts';
import type { Json, JsonObject } from '../../bot/core/canonical-json.ts';
import { answer, facts, parsed, problem } from './policy-file/conditions.ts';

describe('what a condition sees', () => {
  it.each([
    "action == 'db.export'",
    "target.system == 'postgres' && target.environment == 'prod' && target.resource == 'orders'",
    "requester.id == 'deploy-agent' && requester.kind == 'agent'",
    'on_behalf_of == null',
    "risk == 'medium'",
    "now > timestamp('2026-11-22T10:29:59Z') && now < timestamp('2026-11-22T10:30:01Z')",
    "now.getHours('UTC') == 10 && now.getDayOfWeek('UTC') == 0",
  ])('%s', (expression) => {
    expect(answer(expression)).toBe(true);
  });

  it('names the person on whose behalf it is asked', () => {
    expect(answer("on_behalf_of == 'alice'", {}, { onBehalfOf: 'alice' })).toBe(true);
  });

  it('says which names a condition mentions, outside of its strings', () => {
    const mentions = (expression: string) => {
      const compiled = compileCondition(expression);
      return compiled.ok ? [...compiled.mentions].sort() : compiled.problem;
    };
    expect(mentions('action == \'payload\' && "payload.kind" != target.resource')).toEqual([
      'action',
      'target',
    ]);
    expect(mentions('[1, 2].exists(x, // payload\n x > 1)')).toEqual([]);
    expect(mentions('{"payload": 1}.payload == 1')).toEqual([]);
    expect(mentions('has(payload.kind)')).toEqual(['payload']);
    expect(mentions('[1].exists(x, payload.list.exists(y, x == y))')).toEqual(['payload']);
  });
});

describe('numbers of the payload', () => {
  it.each([
    'payload.count > 10',
    'payload.count == 11',
    'payload.count == 11.0',
    'payload.count / 2 == 5',
    'payload.count % 2 == 1',
    'payload.count in [11]',
    'payload.count + 1 == 12',
    'type(payload.count) == int',
    'payload.ratio < 1',
    'payload.ratio == 0.5',
    'type(payload.ratio) == double',
    'payload.negative == -3',
    'payload.huge > 9007199254740991',
    'payload.list[1] == 2',
    'payload.list.exists(x, x == 2)',
    'payload.list.map(x, x * 2) == [2, 4, 6]',
    'payload.list.filter(x, x > 1).size() == 2',
    'payload.list.all(x, x > 0) && payload.list.exists_one(x, x == 3)',
    'payload.list + [4] == [1, 2, 3, 4]',
    'payload.deep.er[0].x == 7',
    "payload.deep == {'er': [{'x': 7}]}",
    "payload.deep.exists(key, key == 'er')",
    'size(payload.list) == 3 && payload.deep.size() == 1',
    "'count' in payload && !('nothing' in payload)",
    'payload.nothing_much == null',
  ])('%s', (expression) => {
    const payload = {
      count: 11,
      ratio: 0.5,
      negative: -3,
      huge: 1e300,
      list: [1, 2, 3],
      deep: { er: [{ x: 7 }] },
      nothing_much: null,
    };
    expect(answer(expression, payload)).toBe(true);
  });
});

describe('an answer that is none', () => {
  it.each([
    ['a key that is not there', 'payload.force'],
    ['a key below one that is not there', 'payload.a.b == 1'],
    ['a number', 'payload.count'],
    ['a string', "payload.kind + 'x'"],
    ['null', 'payload.none'],
    ['a wrong type', 'payload.kind > 1'],
    ['text where a number is', "payload.count.matches('1')"],
    ['a division by zero', '1 / 0 == 1'],
    ['an overflow', 'payload.count * 9223372036854775807 > 0'],
    ['an item past the end', 'payload.list[7] == 1'],
    ['an item before the start', 'payload.list[-1] == 1'],
    ['an error beside true', 'true && payload.missing'],
    ['an unknown time zone', "now.getHours('Nowhere/Land') == 1"],
  ])('is unevaluable: %s', (_title, expression) => {
    expect(answer(expression, { count: 3, kind: 'sql', none: null, list: [1] })).toBe('unevaluable');
  });

  it('is not needed where the other side decides alone', () => {
    expect(answer('payload.missing == 1 || true')).toBe(true);
    expect(answer('payload.missing == 1 && false')).toBe(false);
  });

  it('never throws, whatever the facts hold', () => {
    const compiled = compileCondition('payload.a.exists(x, x.b == 1)');
    if (!compiled.ok) throw new Error(compiled.problem);
    const values: unknown[] = [
      undefined,
      null,
      7,
      'a',
      [null],
      [undefined],
      { a: Symbol('x') },
      { a: () => 1 },
      { a: 1n },
    ];
    for (const payload of values) {
      expect(compiled.condition(facts(payload as JsonObject))).toBe('unevaluable');
      expect(compiled.condition(facts({ a: payload as Json }))).toBe('unevaluable');
    }
    expect(compiled.condition({ ...facts({}), now: Number.NaN })).toBe('unevaluable');
  });
});

describe('row 22: keys that JavaScript objects answer to', () => {
  it('are keys like any other', () => {
    const payload = parsed(
      '{"__proto__": {"admin": true}, "constructor": {"name": "x"}, "$typeName": "google.protobuf.Any"}',
    );
    expect(answer("payload['__proto__'].admin", payload)).toBe(true);
    expect(answer('payload.__proto__.admin', payload)).toBe(true);
    expect(answer('payload.admin', payload)).toBe('unevaluable');
    expect(answer("payload.constructor.name == 'x' && payload.size() == 3", payload)).toBe(true);
  });

  it('are not there when the payload does not hold them', () => {
    for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length', 'size']) {
      expect(answer(`has(payload.${key})`)).toBe(false);
      expect(answer(`'${key}' in payload`)).toBe(false);
      expect(answer(`payload.${key} == null`)).toBe('unevaluable');
      expect(answer(`payload.list.exists(x, has(x.${key}))`, { list: [{ [`_${key}`]: 1 }] })).toBe(false);
    }
  });

  it('has sees a key that holds null', () => {
    expect(answer('has(payload.force)', { force: null })).toBe(true);
    expect(answer("'force' in payload", { force: null })).toBe(true);
  });

  it('takes no object for a message of the library', () => {
    const payload = parsed('{"x": {"$typeName": "google.protobuf.BoolValue", "value": true}}');
    expect(answer('payload.x', payload)).toBe('unevaluable');
    expect(answer('payload.x.value', payload)).toBe(true);
  });
});

describe('a condition that does not compile', () => {
  it.each([
    ['nothing', '', 'is not CEL'],
    ['broken syntax', 'payload.kind = 1', 'is not CEL'],
    ['an unknown name', 'request.kind == 1', 'unknown name "request"'],
    ['a name of JavaScript', 'constructor == 1', 'unknown name "constructor"'],
    ['a message', 'google.protobuf.BoolValue{value: true}', 'cannot make a'],
    ['an unknown function', "payload.kind.match('a')", 'calls "match"'],
    ['a function that is a name', 'payload(1)', 'calls "payload"'],
    ['a misspelt field', "target.env == 'prod'", 'asks for target.env'],
    ['a misspelt field in has', 'has(requester.name)', 'asks for requester.name'],
    ['a macro whose variable hides a name', '[1].all(payload, payload == 1)', 'as the variable of a macro'],
    ['a macro whose variable hides a type', '[1].all(int, int == 1)', 'as the variable of a macro'],
    ['a variable outside of its macro', '[1].all(x, x == 1) && x == 1', 'unknown name "x"'],
    ['three nested macros', '[1].all(x, [1].all(y, [1].all(z, x == y)))', 'nests more than 2 macros'],
    ['more than 2,000 characters', `'${'x'.repeat(2_000)}' == action`, 'is longer than 2000 characters'],
    ['brackets without end', `${'('.repeat(900)}1${')'.repeat(900)} == 1`, 'is nested too deeply'],
    ['nesting beyond all reason', `${'['.repeat(400)}1${']'.repeat(400)} == [1]`, 'is nested too deeply'],
  ])('is refused: %s', (_title, expression, message) => {
    expect(problem(expression)).toContain(message);
  });

  it('takes macros one after the other', () => {
    expect(answer('[1, 2].map(x, [x].filter(y, y > 1)).filter(z, z.size() > 0).map(w, w[0]) == [2]')).toBe(
      true,
    );
  });
});
