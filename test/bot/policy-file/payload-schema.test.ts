import { describe, expect, it } from 'vitest';
import { compilePayloadSchema } from '../../../bot/policy-file/payload-schema.ts';

const schema = (text: object) => compilePayloadSchema(JSON.stringify(text));

describe('a payload schema', () => {
  const check = schema({
    type: 'object',
    properties: { version: { type: 'string', pattern: '^[0-9]+$' }, dry_run: { type: 'boolean' } },
    required: ['version'],
    additionalProperties: false,
  });

  it('takes what is as it says', () => {
    expect(check({ version: '42' })).toEqual([]);
  });

  it('names every field that is not', () => {
    expect(check({ version: 'x; rm', dry_run: 'no', 'a/b': 1 })).toEqual([
      { pointer: '/payload/a~1b', problem: 'must NOT have additional properties' },
      { pointer: '/payload/version', problem: 'must match pattern "^[0-9]+$"' },
      { pointer: '/payload/dry_run', problem: 'must be boolean' },
    ]);
    expect(check({})).toEqual([{ pointer: '/payload', problem: "must have required property 'version'" }]);
  });

  it('row 23: answers at once for a pattern that others never finish', () => {
    const slow = schema({ type: 'object', properties: { x: { type: 'string', pattern: '^(a+)+$' } } });
    const started = performance.now();
    expect(slow({ x: `${'a'.repeat(5_000)}!` })).toHaveLength(1);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('keeps two patterns apart', () => {
    const two = schema({
      type: 'object',
      properties: { a: { type: 'string', pattern: '^a$' }, b: { type: 'string', pattern: '^b$' } },
    });
    expect(two({ a: 'a', b: 'b' })).toEqual([]);
    expect(two({ a: 'b', b: 'a' }).map(({ pointer }) => pointer)).toEqual(['/payload/a', '/payload/b']);
  });

  it.each([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['a keyword that does not exist', '{"type":"object","propertys":{}}'],
    [
      'a pattern that RE2 does not know',
      '{"type":"object","properties":{"x":{"type":"string","pattern":"(?=a)"}}}',
    ],
    ['another document', '{"$ref":"https://example.com/schema.json"}'],
  ])('is refused when it is or has %s', (_what, text) => {
    expect(() => compilePayloadSchema(text)).toThrow('is no JSON Schema');
  });
});
