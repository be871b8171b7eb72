import { expect, it } from 'vitest';
import {
  anApproved,
  consume,
  expectProblem,
  post,
  readLog,
  review,
  seeAndApprove,
  submit,
  WRONG_DIGEST,
} from '../connectors/api/world.ts';
import { GROUPS, plan, rule, tokenOf } from '../helpers/rulebook.ts';
import { seededRandom } from '../helpers/seeded-random.ts';
import { startKeyturn } from '../helpers/start-keyturn.ts';

const SPEAKING =
  /alice|bob|carol|dora|psn_|one-key|two-keys|dba|security|postgres|sqlite|\/tmp|node:|\.ts|at \w+ \(/i;

it('row 27: what another client asked and what nobody asked are the same to a client', async () => {
  const keyturn = await startKeyturn();
  const { id } = await submit(keyturn, {}, { who: 'ci' });
  const calls = [
    (one: string) => keyturn.get('agent', `/v1/requests/${one}`),
    (one: string) => keyturn.get('agent', `/v1/requests/${one}?wait=60`),
    (one: string) => keyturn.post('agent', `/v1/requests/${one}/consume`, { action_digest: WRONG_DIGEST }),
    (one: string) => keyturn.post('agent', `/v1/requests/${one}/cancel`),
    (one: string) => keyturn.post('agent', `/v1/requests/${one}/outcome`, { nonce: 'n', status: 'failed' }),
  ];
  for (const call of calls) {
    const [foreign, none] = [await call(id), await call(`req_${'f'.repeat(32)}`)];
    expectProblem(foreign, 'NOT_FOUND');
    expect([foreign.text, [...foreign.headers.keys()]]).toEqual([none.text, [...none.headers.keys()]]);
  }
});

it('row 27: no credential, a wrong one and a malformed one are answered alike', async () => {
  const keyturn = await startKeyturn();
  const texts = new Set<string>();
  for (const headers of [
    {},
    { authorization: 'Bearer x' },
    { authorization: `Bearer ${tokenOf('agent')}x` },
    { authorization: `Token ${tokenOf('agent')}` },
  ]) {
    texts.add(await (await fetch(`${keyturn.url}/v1/requests`, { headers: { ...headers } })).text());
  }
  expect(texts.size).toBe(1);
});

it('row 27: a client is not told which list, which rule or which people stand in its way', async () => {
  const keyturn = await startKeyturn({ groups: { ...GROUPS, dba: ['alice'] } });
  const answers = [
    [await post(keyturn, 'agent', { action: 'iam.grant' }), 'ACTION_NOT_ALLOWED'],
    [
      await post(keyturn, 'agent', { target: { system: 'k8s', environment: 'prod', resource: 'x' } }),
      'ACTION_NOT_ALLOWED',
    ],
    [await post(keyturn, 'agent'), 'NO_ELIGIBLE_REVIEWER'],
    [await post(keyturn, 'agent', { on_behalf_of: 'bob' }), 'INVALID'],
  ] as const;
  for (const [answer, code] of answers) {
    expectProblem(answer, code);
    expect(answer.text).not.toMatch(SPEAKING);
  }
  // The two lists are not told apart.
  expect(answers[0][0].text).toBe(answers[1][0].text);
});

it('row 27: a person nobody knows and a person it may not act for are the same to a client', async () => {
  const keyturn = await startKeyturn();
  const [known, unknown] = [
    await post(keyturn, 'agent', { on_behalf_of: 'bob' }),
    await post(keyturn, 'agent', { on_behalf_of: 'mallory' }),
  ];
  expect(known.text).toBe(unknown.text);
});

it('row 27: a deny tells the client what the policy wants told, and no more', async () => {
  const quiet = rule('secret-rule-name', { match: { action: ['db.x'] }, effect: 'deny' });
  const keyturn = await startKeyturn({ rules: [quiet] });
  const answer = await post(keyturn, 'agent', { action: 'db.x' });
  expect(answer.body).toMatchObject({ state: 'denied', tell: null });
  expect(answer.text).not.toContain('secret-rule-name');
  const denied = (await readLog(keyturn)).find(({ type }) => type === 'request.denied');
  expect(denied?.data.rules).toEqual(['secret-rule-name']);
});

it('row 27: a late or refused client is told a code, not who decided what and when', async () => {
  const keyturn = await startKeyturn();
  const rejected = await submit(keyturn);
  await review(keyturn, 'bob', rejected, 'reject', { comment: 'no' });
  const approved = await anApproved(keyturn, { payload: {} });
  await review(keyturn, 'dora', approved, 'flag');
  const answers = [
    [await keyturn.post('agent', `/v1/requests/${rejected.id}/cancel`), 'ALREADY_RESOLVED'],
    [await consume(keyturn, rejected), 'NOT_APPROVED'],
    [await consume(keyturn, approved), 'NOT_APPROVED'],
    [await post(keyturn, 'agent', { payload: { n: 1 } }), 'REQUESTER_FROZEN'],
  ] as const;
  for (const [answer, code] of answers) {
    expectProblem(answer, code);
    expect(Object.keys(answer.body).sort()).toEqual(['code', 'detail', 'status', 'title', 'type']);
    expect(answer.text).not.toMatch(SPEAKING);
  }
});

it('row 27: why a vote went missing is for people: the client learns that it is not approved', async () => {
  const pair = plan('pair', [['dba', 1]]);
  const keyturn = await startKeyturn({ default: { effect: 'require', plan: pair } });
  const request = await submit(keyturn);
  await seeAndApprove(keyturn, 'bob', request);
  const after = await keyturn.restart({ version: '2', groups: { ...GROUPS, dba: ['alice', 'dora'] } });
  const answer = await consume(after, request);
  expectProblem(answer, 'NOT_APPROVED');
  expect(answer.text).not.toMatch(SPEAKING);
});

it('row 27: a fault says nothing of itself, and everything to the operator', async () => {
  let broken = false;
  const told: unknown[] = [];
  const random = seededRandom('oracle');
  const bytes = (count: number) => {
    if (broken) throw new Error('EACCES /srv/keyturn/secret.db');
    return random.bytes(count);
  };
  const logger = { info() {}, warn() {}, error: (...what: unknown[]) => told.push(what) };
  const keyturn = await startKeyturn({}, { ports: { random: { bytes }, logger } });
  broken = true;
  const answer = await post(keyturn, 'agent');
  expectProblem(answer, 'UNAVAILABLE');
  expect(answer.text).not.toMatch(/EACCES|srv|secret|Error/);
  broken = false;
  expect(JSON.stringify(told)).toContain('EACCES /srv/keyturn/secret.db');
});

it('row 27: a problem with a field names the field and never repeats its value', async () => {
  const keyturn = await startKeyturn();
  const answer = await post(keyturn, 'agent', {
    action: 'CANARY-1',
    reason: '',
    on_behalf_of: 'CANARY-2',
    links: ['CANARY-3'],
    hold: 'CANARY-4',
    target: { system: 'CANARY 5', environment: 'CANARY 6', resource: 'CANARY 7' },
  });
  expectProblem(answer, 'INVALID');
  expect(answer.text).not.toContain('CANARY');
  expect(JSON.stringify(await readLog(keyturn))).not.toContain('CANARY');
});
