import { describe, expect, it } from 'vitest';
import { EXPORT, errorOf, gated } from './world.ts';

describe('a payload', () => {
  const circle: Record<string, unknown> = {};
  circle['itself'] = circle;
  it.each([
    ['a date', { at: new Date(0) }],
    ['undefined', { at: undefined }],
    ['not a number', { rows: Number.NaN }],
    ['a big number', { rows: 1n }],
    ['minus zero', { rows: -0 }],
    ['a map', { rows: new Map([[1, 2]]) }],
    ['a circle', circle],
    ['a list', [1]],
    ['nothing', null],
    ['its own words for JSON', { toJSON: () => ({ statement: 'SELECT 1' }) }],
    [
      'a class',
      new (class Query {
        statement = 'SELECT 1';
      })(),
    ],
  ])(
    'that is or holds %s is not sent, since something else would run than people see',
    async (_what, payload) => {
      const { fake, runs, ask } = await gated();
      expect((await errorOf(ask({}, payload as never))).code).toBe('INVALID');
      expect([runs, fake.calls]).toEqual([[], []]);
    },
  );

  it('is what was submitted, also when its caller changes it while people decide', async () => {
    const { fake, runs, ask } = await gated();
    const payload = { statement: 'SELECT 1' };
    const asked = ask({}, payload);
    payload.statement = 'DROP TABLE accounts';
    await fake.arrived('read');
    payload.statement = 'DROP TABLE orders';
    fake.approve();
    await asked;
    expect(runs).toEqual([{ statement: 'SELECT 1' }]);
  });

  it.each([
    ['the token', (token: string) => ({ statement: token })],
    ['more than 256 KiB', () => ({ statement: 'x'.repeat(262_144) })],
  ])('with %s is not sent', async (_what, payload) => {
    const { fake, runs, ask } = await gated();
    const error = await errorOf(ask({}, payload(fake.token)));
    expect([error.code, runs, fake.calls]).toEqual(['INVALID', [], []]);
    expect(error.message).not.toContain(fake.token);
  });

  it.each([
    ['a target of two parts', { target: 'postgres/prod' }],
    ['a time that is none', { expiresIn: 'soon' }],
  ])('with %s is not sent', async (_what, change) => {
    const { fake, gate } = await gated();
    expect((await errorOf(gate({ ...EXPORT, ...change }, () => 'ran'))).code).toBe('INVALID');
    expect(fake.calls).toEqual([]);
  });

  it('without a function to run is not sent', async () => {
    const { fake, gate } = await gated();
    expect((await errorOf(gate(EXPORT, undefined as never))).code).toBe('INVALID');
    expect(fake.calls).toEqual([]);
  });
});
