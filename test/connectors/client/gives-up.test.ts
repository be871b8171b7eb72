import { getMaxListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createGate } from '../../../connectors/client/gate.ts';
import { FakeKeyturn } from '../../helpers/fake-keyturn.ts';
import { tokenOf } from '../../helpers/rulebook.ts';
import { startKeyturn } from '../../helpers/start-keyturn.ts';
import { until } from '../../helpers/until.ts';
import { EXPORT, errorOf, gated } from './world.ts';

describe('a caller that gives up', () => {
  it('while people decide, cancels the request at Keyturn', async () => {
    const { fake, runs, ask } = await gated();
    const here = new AbortController();
    const asked = errorOf(ask({ signal: here.signal }));
    await fake.arrived('read');
    here.abort();
    expect(await asked).toMatchObject({ code: 'GAVE_UP', request: { state: 'cancelled' } });
    expect(fake.named('cancel')[0]?.key).toBe(fake.named('submit')[0]?.key);
    fake.change({ state: 'approved' });
    expect(runs).toEqual([]);
  });

  it('after a time-out, likewise', async () => {
    const { fake, ask } = await gated();
    expect((await errorOf(ask({ timeout: '1s' }))).code).toBe('GAVE_UP');
    expect(fake.request.state).toBe('cancelled');
  });

  it('while it submits, cancels what may have arrived', async () => {
    const { fake, runs, ask } = await gated();
    const release = fake.hold('submit');
    const here = new AbortController();
    const asked = errorOf(ask({ signal: here.signal }));
    await fake.arrived('submit');
    here.abort();
    await fake.arrived('submit', 2);
    release();
    expect((await asked).code).toBe('GAVE_UP');
    expect([fake.request.state, runs]).toEqual(['cancelled', []]);
  });

  it('before it has asked, sends nothing', async () => {
    const { fake, ask } = await gated();
    expect((await errorOf(ask({ signal: AbortSignal.abort() }))).code).toBe('GAVE_UP');
    expect(fake.calls).toEqual([]);
  });

  it('a time-out that passes while the release is on its way takes no approval away', async () => {
    const { fake, runs, ask } = await gated();
    fake.firstState = 'approved';
    const release = fake.hold('consume');
    const asked = ask({ timeout: '1s' });
    await fake.arrived('consume');
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    release();
    await asked;
    expect(runs).toHaveLength(1);
    await fake.arrived('outcome');
    expect(fake.request.state).toBe('succeeded');
  });

  it('in the moment of the release, runs nothing and says that it failed', async () => {
    const { fake, runs, ask } = await gated();
    fake.firstState = 'approved';
    const release = fake.hold('consume');
    const here = new AbortController();
    const asked = errorOf(ask({ signal: here.signal }));
    await fake.arrived('consume');
    here.abort();
    release();
    expect((await asked).code).toBe('GAVE_UP');
    expect([fake.request.state, runs]).toEqual(['failed', []]);
  });

  it('while the function runs, tells the function and not Keyturn', async () => {
    const { fake, gate } = await gated();
    fake.firstState = 'approved';
    const here = new AbortController();
    const asked = gate(
      EXPORT,
      (_payload, { signal }) => {
        here.abort();
        return signal.aborted;
      },
      { signal: here.signal },
    );
    expect(await asked).toBe(true);
    expect(fake.named('cancel')).toEqual([]);
  });

  it('may share its signal with many calls, and nobody is warned of a leak', async () => {
    const keyturn = await startKeyturn({ limits: { openPerRequester: 100, newPerMinute: 100 } });
    const gate = createGate({ url: keyturn.url, token: tokenOf('agent') });
    const warned: string[] = [];
    const listen = ({ name }: Error) => void warned.push(name);
    process.on('warning', listen);
    const here = new AbortController();
    const most = getMaxListeners(here.signal);
    const ask = (statement: string) =>
      errorOf(
        gate({ ...EXPORT, action: 'db.migrate', payload: { kind: 'sql', statement } }, () => 'ran', {
          signal: here.signal,
        }),
      );
    const all = Promise.all(Array.from({ length: 30 }, (_none, nth) => ask(`SELECT ${nth}`)));
    await until(async () =>
      (await keyturn.get('bob', '/v1/requests')).body.items.length === 30 ? true : null,
    );
    here.abort();
    expect((await all).map(({ code }) => code)).toEqual(Array.from({ length: 30 }, () => 'GAVE_UP'));
    await new Promise(setImmediate);
    process.off('warning', listen);
    expect([warned, getMaxListeners(here.signal)]).toEqual([[], most]);
  });
});

describe('a gate that is away or not set up', () => {
  it('runs nothing when Keyturn cannot be reached', async () => {
    const { fake, runs, ask } = await gated();
    await fake.down();
    expect(await errorOf(ask())).toMatchObject({ code: 'UNREACHABLE', request: null });
    expect(runs).toEqual([]);
  }, 20_000);

  it('waits out a Keyturn that goes down and comes back', async () => {
    const { fake, runs, ask } = await gated();
    const asked = ask();
    await fake.arrived('read');
    await fake.down();
    expect(runs).toEqual([]);
    await fake.up();
    fake.approve();
    expect(await asked).toBe('exported');
  });

  it.each([
    ['no token', { token: '' }],
    ['a person’s token', { token: tokenOf('bob') }],
    ['a token with white space', { token: 'ktc_0123456789 0123456789' }],
    ['an address in the clear', { url: 'http://keyturn.example' }],
    ['an address that is none', { url: 'keyturn' }],
    ['a password in the address', { url: 'https://a:b@keyturn.example' }],
  ])('runs nothing and sends nothing with %s', async (_what, given) => {
    const fake = await FakeKeyturn.start();
    let runs = 0;
    const gate = createGate({ url: fake.url, token: fake.token, ...given });
    const error = await errorOf(gate(EXPORT, () => (runs += 1)));
    await fake.down();
    expect([error.code, runs, fake.calls]).toEqual(['NOT_CONFIGURED', 0, []]);
    expect(error.message).not.toMatch(/0123456789|a:b/);
  });
});
