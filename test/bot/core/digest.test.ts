import { describe, expect, it } from 'vitest';
import { actionDigest, sha256Hex, viewDigest } from '../../../bot/core/digest.ts';

const EXPORT = {
  action: 'db.export',
  target: { system: 'postgres', environment: 'prod', resource: 'orders' },
  requester: 'deploy-agent',
  onBehalfOf: 'alice',
  payload: { statement: 'COPY orders TO STDOUT', kind: 'sql' },
};

describe('sha256Hex', () => {
  it('hashes text as UTF-8', () => {
    expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(sha256Hex('é')).toBe(sha256Hex(new Uint8Array([0xc3, 0xa9])));
  });
});

describe('actionDigest', () => {
  it('hashes the five fields of the contract in canonical form', () => {
    const text =
      '{"action":"db.export","on_behalf_of":"alice",' +
      '"payload":{"kind":"sql","statement":"COPY orders TO STDOUT"},"requester":"deploy-agent",' +
      '"target":{"environment":"prod","resource":"orders","system":"postgres"}}';

    expect(actionDigest(EXPORT)).toEqual({ text, digest: `sha256:${sha256Hex(text)}` });
  });

  it('writes null where nobody is acted for', () => {
    expect(actionDigest({ ...EXPORT, onBehalfOf: null }).text).toContain('"on_behalf_of":null');
  });

  it('ignores the order of keys and whatever else the target holds', () => {
    const target = { resource: 'orders', label: 'x', system: 'postgres', environment: 'prod' };
    const payload = { kind: 'sql', statement: 'COPY orders TO STDOUT' };

    expect(actionDigest({ ...EXPORT, target, payload })).toEqual(actionDigest(EXPORT));
  });

  it.each([
    ['action', { action: 'db.exports' }],
    ['system', { target: { ...EXPORT.target, system: 'mysql' } }],
    ['environment', { target: { ...EXPORT.target, environment: 'dev' } }],
    ['resource', { target: { ...EXPORT.target, resource: 'order' } }],
    ['requester', { requester: 'ci' }],
    ['on-behalf-of', { onBehalfOf: 'bob' }],
    ['payload', { payload: { ...EXPORT.payload, statement: 'COPY orders TO STDOUT ' } }],
    ['type of a value', { payload: { ...EXPORT.payload, limit: '1' } }],
  ])('changes with the %s', (_what, change) => {
    expect(actionDigest({ ...EXPORT, ...change }).digest).not.toBe(actionDigest(EXPORT).digest);
  });

  it('throws for a payload that JSON cannot say', () => {
    expect(() => actionDigest({ ...EXPORT, payload: { limit: Number.NaN } })).toThrow('at "/payload/limit"');
  });
});

describe('viewDigest', () => {
  const VIEW = { text: 'COPY orders TO STDOUT', redact: ['/b', '/a'], renderer: 1 };

  it('hashes text, sorted rules and renderer in canonical form', () => {
    const text = '{"redact":["/a","/b"],"renderer":1,"view":"COPY orders TO STDOUT"}';

    expect(viewDigest(VIEW)).toBe(`sha256:${sha256Hex(text)}`);
    expect(VIEW.redact).toEqual(['/b', '/a']);
  });

  it.each([
    ['text', { text: 'COPY orders TO STDIN' }],
    ['rules', { redact: ['/a'] }],
    ['renderer', { renderer: 2 }],
  ])('changes with the %s', (_what, change) => {
    expect(viewDigest({ ...VIEW, ...change })).not.toBe(viewDigest(VIEW));
  });
});
