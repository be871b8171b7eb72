import { describe, expect, it } from 'vitest';
import { createGate } from '../../../connectors/client/gate.ts';
import { tokenOf } from '../../helpers/rulebook.ts';
import { approve, startKeyturn } from '../../helpers/start-keyturn.ts';
import { until } from '../../helpers/until.ts';
import { EXPORT, errorOf, gated } from './world.ts';

describe('a gate', () => {
  it('runs nothing before the approval, and then once, with the payload of the grant, and says how it ended', async () => {
    const { fake, runs, ask } = await gated();
    const asked = ask();
    await fake.arrived('read');
    expect([runs, fake.named('consume')]).toEqual([[], []]);
    expect(fake.named('submit')[0]?.body).toEqual({
      action: 'db.export',
      target: { system: 'postgres', environment: 'prod', resource: 'orders' },
      reason: 'FIN-231',
      hold: 'wait',
      payload: EXPORT.payload,
    });
    fake.approve();
    expect(await asked).toBe('exported');
    expect(runs).toEqual([EXPORT.payload]);
    expect(runs[0]).not.toBe(EXPORT.payload);
    expect(fake.named('outcome').map(({ body }) => body['status'])).toEqual(['succeeded']);
    expect(fake.request.state).toBe('succeeded');
  });

  it('passes between the real server and a person, with the digest that the person approved', async () => {
    const keyturn = await startKeyturn();
    const gate = createGate({ url: keyturn.url, token: tokenOf('agent') });
    const seen: unknown[] = [];
    const asked = gate(
      { ...EXPORT, action: 'db.migrate', onBehalfOf: 'alice', links: ['https://ci.example/1'] },
      (payload) => seen.push(payload),
    );
    const request = await until(async () => (await keyturn.get('bob', '/v1/requests')).body.items[0]);
    expect(request).toMatchObject({ on_behalf_of: 'alice', links: ['https://ci.example/1'] });
    expect(seen).toEqual([]);
    expect((await approve(keyturn, 'bob', request)).body.state).toBe('approved');
    expect(await asked).toBe(1);
    expect(seen).toEqual([EXPORT.payload]);
    expect((await keyturn.get('bob', `/v1/requests/${request.id}`)).body).toMatchObject({
      state: 'succeeded',
      execution: { outcome: { status: 'succeeded', exit_code: null } },
    });
  });

  it('runs one of two that ask exactly the same at the same time, and refuses the other', async () => {
    const keyturn = await startKeyturn();
    const gate = createGate({ url: keyturn.url, token: tokenOf('agent') });
    let runs = 0;
    const ask = () => gate({ ...EXPORT, action: 'db.migrate' }, () => (runs += 1));
    const both = [ask(), ask()].map((one) =>
      one.then(
        () => 'ran',
        (cause: { code: string; refusal: string }) => [cause.code, cause.refusal],
      ),
    );
    const request = await until(async () => (await keyturn.get('bob', '/v1/requests')).body.items[0]);
    await approve(keyturn, 'bob', request);
    const ends = await Promise.all(both);
    expect(runs).toBe(1);
    expect(ends).toContain('ran');
    expect(ends.find((end) => end !== 'ran')?.[0]).toBe('REFUSED');
  });

  it.each(['rejected', 'flagged', 'expired', 'cancelled', 'revoked', 'lapsed', 'executing', 'unknown'])(
    'runs nothing when the request is %s instead',
    async (state) => {
      const { fake, runs, ask } = await gated();
      const asked = errorOf(ask());
      await fake.arrived('read');
      fake.change({ state, reject_reason: 'not today' });
      const error = await asked;
      expect(error).toMatchObject({ code: 'REFUSED', request: { label: '1042', state } });
      expect(error.message).toContain('not today');
      expect([runs, fake.named('consume')]).toEqual([[], []]);
    },
  );

  it('runs nothing when a rule denies it, and says what the rule tells', async () => {
    const { fake, runs, ask } = await gated();
    fake.firstState = 'denied';
    fake.tell = 'IAM admin is not available to agents';
    const error = await errorOf(ask());
    expect([error.code, error.request?.state]).toEqual(['REFUSED', 'denied']);
    expect(error.message).toContain('IAM admin is not available to agents');
    expect(runs).toEqual([]);
  });

  it.each([
    [403, 'REQUESTER_FROZEN', 'REFUSED'],
    [409, 'FREEZE_IN_FORCE', 'REFUSED'],
    [429, 'LIMIT_REACHED', 'REFUSED'],
    [422, 'NO_ELIGIBLE_REVIEWER', 'REFUSED'],
    [422, 'INVALID', 'INVALID'],
    [413, 'BODY_TOO_LARGE', 'INVALID'],
    [401, 'UNAUTHENTICATED', 'NOT_CONFIGURED'],
  ])('runs nothing when it is refused with %i %s: %s', async (status, refusal, code) => {
    const { fake, runs, ask } = await gated();
    fake.refuseNext('submit', { status, code: refusal });
    expect(await errorOf(ask())).toMatchObject({ code, refusal, request: null });
    expect(runs).toEqual([]);
  });

  it('leaves to Keyturn what Keyturn runs itself', async () => {
    const { fake, runs, ask } = await gated();
    fake.runBy = 'keyturn';
    expect((await errorOf(ask())).code).toBe('INVALID');
    expect([runs, fake.request.state]).toEqual([[], 'cancelled']);
  });

  it.each([
    ['another payload', 'consume', { payload: { statement: 'DROP' } }],
    ['no payload', 'consume', { payload: undefined }],
    ['an approval of another action', 'read', { action: 'db.drop' }],
    ['an approval of another target', 'read', { target: { system: 'x', environment: 'y', resource: 'z' } }],
    ['an approval of another digest', 'read', { action_digest: 'sha256:00' }],
    ['an approval of another request', 'read', { id: 'req_other' }],
  ])(
    'runs nothing when it is answered with %s',
    async (_what, call, change) => {
      const { fake, runs, ask } = await gated();
      fake.firstState = call === 'consume' ? 'approved' : 'pending';
      fake.lifetimeS = 3;
      fake.beforeAnswer = (name, answer) => (name === call ? { ...(answer as object), ...change } : answer);
      const asked = errorOf(ask());
      if (call === 'read') {
        await fake.arrived('read');
        fake.approve();
      }
      expect(['REFUSED', 'UNREACHABLE']).toContain((await asked).code);
      expect(runs).toEqual([]);
    },
    60_000,
  );

  it('takes the approval once, also when the answer to that is lost', async () => {
    const { fake, runs, ask } = await gated();
    fake.firstState = 'approved';
    fake.loseAnswers('consume', 2);
    expect(await ask()).toBe('exported');
    expect(runs).toHaveLength(1);
    expect(new Set(fake.named('consume').map(({ key }) => key)).size).toBe(1);
  });

  it('throws what the function threw, and tells Keyturn its name and not its message', async () => {
    const { fake, gate } = await gated();
    fake.firstState = 'approved';
    const thrown = new RangeError('canary of the database');
    const asked = gate(EXPORT, () => Promise.reject(thrown));
    await expect(asked).rejects.toBe(thrown);
    expect(fake.named('outcome')[0]?.body).toMatchObject({ status: 'failed', detail: 'it threw RangeError' });
    expect(fake.named('outcome')[0]?.text).not.toContain('canary');
  });

  it('gives the result though its outcome cannot be told, and says so', async () => {
    const { fake, ask } = await gated();
    const said: string[] = [];
    fake.firstState = 'approved';
    fake.refuseNext('outcome', { status: 403, code: 'FORBIDDEN' });
    expect(await ask({ onStatus: (text) => said.push(text) })).toBe('exported');
    expect(said.join()).toContain('could not be reported');
  });

  it('keeps in touch while the function runs, and asks it to stop when people say so', async () => {
    const { fake, gate } = await gated();
    fake.firstState = 'approved';
    fake.outcomeWithinS = 1;
    const asked = gate(
      EXPORT,
      (_payload, { signal }) =>
        new Promise((resolve) => signal.addEventListener('abort', () => resolve('stopped'))),
    );
    await fake.arrived('heartbeat', 2);
    fake.change({ execution: { ...fake.request.execution, stop_requested: true } });
    expect(await asked).toBe('stopped');
    expect(fake.request.state).toBe('succeeded');
  });

  it('says in words what it waits for, and whoever listens cannot break it', async () => {
    const { fake, ask } = await gated();
    const said: string[] = [];
    const asked = ask({
      onStatus(text) {
        said.push(text);
        throw new Error('a listener that is broken');
      },
    });
    await fake.arrived('read');
    expect(said).toEqual([expect.stringContaining('request 1042 waits for dba 0/1, security 0/1')]);
    fake.approve();
    expect(await asked).toBe('exported');
  });
});
