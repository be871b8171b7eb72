import { describe, expect, it } from 'vitest';
import { replacePolicy } from '../../../bot/app/adopt-policy.ts';
import { clearRequester } from '../../../bot/app/clear-requester.ts';
import type { PersonCaller } from '../../../bot/app/context.ts';
import { submitRequest } from '../../../bot/app/submit-request.ts';
import { authenticator } from '../../../connectors/api/authenticate.ts';
import {
  aRulebook,
  ONE_KEY,
  PEOPLE,
  type RulebookChanges,
  rule,
  TWO_KEYS,
  tokenOf,
} from '../../helpers/rulebook.ts';
import { aSubmission, startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';
import { expectProblem, post, readLog, review, submit } from './world.ts';

/** Puts it in force without a word over HTTP: its write waits in front of all that come after this call. */
function replace({ keyturn: { context } }: TestKeyturn, next: RulebookChanges): Promise<void> {
  return replacePolicy(context, {
    people: PEOPLE.map((key) => ({ key, accounts: 1 })),
    compile: (personOf) => aRulebook(personOf, next),
  });
}

/** The agent's submission as the use case sees it, with the caller as it is recognised now. */
function submitByHand({ keyturn: { context } }: TestKeyturn) {
  let n = 0;
  return () => {
    n += 1;
    const caller = authenticator(() => context.rulebook)(`Bearer ${tokenOf('agent')}`);
    if (caller === null) throw new Error('the agent is not known');
    return submitRequest(
      context,
      caller,
      {
        action: 'db.migrate',
        target: { system: 'postgres', environment: 'prod', resource: 'orders' },
        reason: 'by hand',
        onBehalfOf: null,
        payload: { n },
        links: [],
        expiresInS: null,
        hold: 'poll',
      },
      null,
    );
  };
}

const V2 = { version: '2' };

describe('credentials', () => {
  it('of people and clients that are gone are gone at once', async () => {
    const keyturn = await startKeyturn();
    const request = await submit(keyturn);
    await keyturn.reload({ ...V2, gone: ['bob'], goneClients: ['ci'] });
    expectProblem(await keyturn.get('bob', `/v1/requests/${request.id}`), 'UNAUTHENTICATED');
    expectProblem(await review(keyturn, 'bob', request, 'approve'), 'UNAUTHENTICATED');
    expectProblem(await post(keyturn, 'ci'), 'UNAUTHENTICATED');
    expect((await post(keyturn, 'agent', { payload: {} })).status).toBe(201);
  });

  it('that are new are taken at once, and a rotated one replaces the old one', async () => {
    const keyturn = await startKeyturn();
    const as = (token: string) =>
      fetch(`${keyturn.url}/v1/requests`, { headers: { authorization: `Bearer ${token}` } });
    expect((await as('ktp_the_new_token_of_bob_0123')).status).toBe(401);
    await keyturn.reload({ ...V2, tokens: { bob: ['ktp_the_new_token_of_bob_0123'] } });
    expect((await as('ktp_the_new_token_of_bob_0123')).status).toBe(200);
    expect((await as('ktp_test_token_of_bob_0123456789')).status).toBe(401);
  });

  it('do not outlast the reload in a call that had begun before it', async () => {
    const keyturn = await startKeyturn();
    const request = await submit(keyturn, {}, { who: 'ci' });
    const wait = keyturn.get('ci', `/v1/requests/${request.id}?wait=20`);
    const stream = await fetch(`${keyturn.url}/v1/requests/${request.id}/events`, {
      headers: { authorization: 'Bearer ktc_test_token_of_ci_0123456789' },
    });
    await keyturn.reload({ ...V2, goneClients: ['ci'], rules: [rule('more', { plan: TWO_KEYS })] });
    await keyturn.reload({ version: '3', goneClients: ['ci'], rules: [rule('no', { effect: 'deny' })] });
    expectProblem(await wait, 'NOT_FOUND');
    expect(await stream.text()).not.toContain('denied');
  });

  it('are looked at again after a body that took its time', async () => {
    const keyturn = await startKeyturn();
    let send = (_chunk: Uint8Array) => {};
    let end = () => {};
    const body = new ReadableStream({
      start(controller) {
        send = (chunk) => controller.enqueue(chunk);
        end = () => controller.close();
      },
    });
    const text = new TextEncoder().encode(JSON.stringify(aSubmission()));
    send(text.slice(0, 20));
    const answer = fetch(`${keyturn.url}/v1/requests`, {
      method: 'POST',
      headers: { authorization: 'Bearer ktc_test_token_of_ci_0123456789' },
      body,
      duplex: 'half',
    } as RequestInit);
    // The head of the call is there: whoever asks next is served after it was recognised.
    await keyturn.get('carol', '/v1/requests');
    await keyturn.reload({ ...V2, goneClients: ['ci'] });
    send(text.slice(20));
    end();
    expect((await answer).status).toBe(401);
    expect((await keyturn.get('carol', '/v1/requests')).body.items).toEqual([]);
  });
});

describe('calls that come at the same time as a reload', () => {
  it('are each judged by one policy, whole', async () => {
    const keyturn = await startKeyturn({
      limits: { openPerRequester: 'unlimited', newPerMinute: 'unlimited' },
    });
    const two = {
      ...V2,
      limits: { openPerRequester: 'unlimited', newPerMinute: 'unlimited' } as const,
      default: { effect: 'require', plan: TWO_KEYS } as const,
      rules: [],
    };
    const asked = Array.from({ length: 60 }, (_, n) => n);
    const calls = asked.map(async (n) => {
      if (n === 30) await keyturn.reload(two);
      return post(keyturn, 'agent', { payload: { n } });
    });
    await Promise.all(calls);
    const log = await readLog(keyturn);
    let inForce = '';
    const seen = new Set<string>();
    for (const { type, data } of log) {
      if (type === 'policy.loaded') inForce = data.version;
      if (type !== 'request.submitted') continue;
      const { policy_version, plans } = data.demands;
      seen.add(`${policy_version === inForce} ${policy_version.slice(-1)} ${plans}`);
    }
    for (const one of seen) expect(['true 1 one-key', 'true 2 two-keys']).toContain(one);
    expect((await keyturn.get('carol', '/v1/requests?limit=200')).body.items).toHaveLength(60);
  });

  it('are judged by the owner of then or of now, never by a mixture', async () => {
    const keyturn = await startKeyturn();
    const { context } = keyturn.keyturn;
    const hand = submitByHand(keyturn);
    // The caller was recognised and its submission prepared; the policy changes before it is recorded.
    const recorded = hand();
    await keyturn.reload({ ...V2, owners: { agent: 'bob' }, rules: [rule('more', { plan: ONE_KEY })] });
    const result = await recorded;
    const old = await hand();
    const of = (one: Awaited<ReturnType<typeof hand>>) => {
      if (!one.ok) throw new Error(one.code);
      const { owner, demands } = one.request;
      const excluded = demands.exclusions.map(({ person }) => context.store.committed.keyOf(person));
      return [
        context.store.committed.keyOf(owner as never),
        excluded.join(),
        demands.policyVersion.slice(-1),
      ];
    };
    expect(['alice alice 1', 'bob bob 2']).toContain(of(result).join(' '));
    expect(of(old).join(' ')).toBe('bob bob 2');
  });

  it('are judged by what is in force when they are recorded, though another policy was when they were checked', async () => {
    const keyturn = await startKeyturn();
    const { context } = keyturn.keyturn;
    const next = { ...V2, owners: { agent: 'bob' }, default: { effect: 'require', plan: TWO_KEYS } } as const;
    // Both wait for the same commit, the policy in front: it is not in force yet when the other is checked.
    const reload = replace(keyturn, { ...next, rules: [] });
    const submission = submitByHand(keyturn)();
    await reload;
    const result = await submission;
    if (!result.ok) throw new Error(result.code);
    const { owner, demands } = result.request;
    const keyOf = context.store.committed.keyOf;
    expect(keyOf(owner as never)).toBe('bob');
    expect(demands.exclusions.map(({ person }) => keyOf(person))).toEqual(['bob']);
    expect(demands.plans).toEqual(['two-keys']);
    expect(demands.policyVersion).toBe(context.rulebook.policy.version);
  });

  it('create nothing that the policy denies by the time they are recorded', async () => {
    const keyturn = await startKeyturn({ rules: [rule('free', { effect: 'allow' })] });
    const reload = replace(keyturn, { ...V2, rules: [rule('never', { effect: 'deny' })] });
    const submission = submitByHand(keyturn)();
    await reload;
    expect(await submission).toMatchObject({ ok: true, request: { state: 'denied' } });
  });

  it('say first that whoever asks is known no more, also where something else would refuse them', async () => {
    const keyturn = await startKeyturn();
    const { context } = keyturn.keyturn;
    const bob = authenticator(() => context.rulebook)(`Bearer ${tokenOf('bob')}`) as PersonCaller;
    await keyturn.reload({ ...V2, gone: ['bob'] });
    const code = 'UNAUTHENTICATED';
    expect(await clearRequester(context, bob, 'agent', 'all is well')).toMatchObject({ code });
    expect((await readLog(keyturn)).at(-1)).toMatchObject({ type: 'client.refused', data: { code } });
  });
});
