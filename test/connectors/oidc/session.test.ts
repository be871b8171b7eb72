import { expect, it } from 'vitest';
import { rule, TWO_KEYS } from '../../helpers/rulebook.ts';
import { approve } from '../../helpers/start-keyturn.ts';
import { HOUR, MINUTE, readLog, review } from '../api/world.ts';
import { aSession, ask, callAs, exchange, oidcWorld } from './world.ts';

const KNOWN = {
  accounts: { 'github:github.com/583231': 'dora', 'github:127.0.0.1/583231': 'dora' },
} as const;

it('exchanges the token of a job for a session, and says in the log and on the card how it was verified', async () => {
  const world = await oidcWorld(KNOWN);
  const session = await aSession(world);
  const { status, body } = await ask(world, session);
  expect([status, body.requester]).toEqual([201, { id: 'ci', kind: 'pipeline', verified_by: 'oidc' }]);
  const log = await readLog(world.keyturn);
  const opened = log.find(({ type }) => type === 'session.opened');
  expect(opened).toMatchObject({
    actor: { client: 'ci', verified_by: 'oidc' },
    data: { issuer: world.issuer.url },
  });
  expect(JSON.stringify(log)).not.toContain(session);
  const submitted = log.find(({ type }) => type === 'request.submitted');
  expect(submitted?.data.requester.run).toMatch(/^oidc:[0-9a-f]{8}:7300\/900\/1$/);
});

it('lets the run release what people approved', async () => {
  const world = await oidcWorld(KNOWN);
  const session = await aSession(world);
  const { body: request } = await ask(world, session);
  await approve(world.keyturn, 'bob', request);
  const path = `/v1/requests/${request.id}/consume`;
  const { status } = await callAs(world, session, 'POST', path, { action_digest: request.action_digest });
  expect(status).toBe(200);
});

it('row 3: whoever started the run cannot approve what it asks', async () => {
  const world = await oidcWorld(KNOWN);
  const { body: request } = await ask(world, await aSession(world));
  const shown = await world.keyturn.get('alice', `/v1/requests/${request.id}`);
  expect(shown.body.excluded).toContainEqual({ person: 'dora', because: 'started the run' });
  expect((await approve(world.keyturn, 'dora', request)).body.code).toBe('SELF_REVIEW');
});

it('refuses what is of high risk when nobody knows who started the run', async () => {
  const rules = [rule('risky', { plan: TWO_KEYS, risk: 'high' })];
  const world = await oidcWorld({ rules });
  expect((await ask(world, await aSession(world))).body.code).toBe('UNRESOLVED_IDENTITY');
});

it('ends after an hour, and goes on while one of its requests is open, for a day at most', async () => {
  const world = await oidcWorld(KNOWN);
  const idle = await aSession(world);
  expect((await exchange(world, idle)).status).toBe(401);
  const busy = await aSession(world);
  world.keyturn.clock.advance(50 * MINUTE);
  for (let hour = 0; hour < 30; hour += 1) {
    await ask(world, busy, { payload: { kind: 'sql', statement: `SELECT ${hour}` } });
    await exchange(world, busy);
    world.keyturn.clock.advance(50 * MINUTE);
    if (hour === 0) expect((await ask(world, idle)).status).toBe(401);
  }
  expect((await ask(world, busy)).status).toBe(401);
  const renewed = (await readLog(world.keyturn)).filter(({ type }) => type === 'session.renewed');
  expect(renewed.length).toBeGreaterThan(20);
});

it('is over at its hour', async () => {
  const world = await oidcWorld(KNOWN);
  const session = await aSession(world);
  world.keyturn.clock.advance(HOUR - 1);
  expect((await ask(world, session)).status).toBe(201);
  world.keyturn.clock.advance(1);
  expect((await ask(world, session)).status).toBe(401);
});

it.each([
  ['another run', { run_id: '901' }],
  ['another attempt', { run_attempt: '2' }],
])('keeps %s of the same client apart', async (_what, claims) => {
  const world = await oidcWorld(KNOWN);
  const mine = await aSession(world);
  const other = await aSession(world, claims);
  const key = { 'idempotency-key': 'same-key' };
  const { body: request } = await ask(world, mine, { hold: 'ticket' }, key);
  const path = `/v1/requests/${request.id}`;
  expect((await callAs(world, other, 'GET', path)).status).toBe(404);
  expect((await callAs(world, other, 'POST', `${path}/cancel`, {}, key)).status).toBe(404);
  expect((await callAs(world, other, 'GET', '/v1/requests')).body.items).toEqual([]);
  // Neither the key, nor the same action, nor a ticket leads to it.
  const joined = await ask(world, other, { hold: 'ticket' }, key);
  expect([joined.status, joined.body.id === request.id]).toEqual([201, false]);
  await approve(world.keyturn, 'bob', request);
  const consume = { action_digest: request.action_digest };
  expect((await callAs(world, other, 'POST', `${path}/consume`, consume)).status).toBe(404);
  expect((await callAs(world, mine, 'POST', `${path}/consume`, consume)).status).toBe(200);
});

it('ends with the trust that it was opened by, and with its client', async () => {
  const world = await oidcWorld(KNOWN);
  const session = await aSession(world);
  await world.keyturn.reload({ ...KNOWN, version: '2', oidc: world.issuer.trust({ audience: 'other' }) });
  expect((await ask(world, session)).status).toBe(401);
  await world.keyturn.reload({ ...KNOWN, version: '3', oidc: world.issuer.trust() });
  expect((await ask(world, session)).status).toBe(201);
  await world.keyturn.reload({ ...KNOWN, version: '4', goneClients: ['ci'] });
  expect((await ask(world, session)).status).toBe(401);
});

it('survives a restart, and stands in the database as a hash', async () => {
  const world = await oidcWorld(KNOWN);
  const session = await aSession(world);
  const again = { ...world, keyturn: await world.keyturn.restart() };
  expect((await ask(again, session)).status).toBe(201);
});

it('takes the tokens of a GitLab job', async () => {
  const world = await oidcWorld({}, { claims: { project_id: '22', ref_protected: 'true' } });
  const without = ['repository_id', 'run_id', 'actor_id'];
  const claims = { project_id: '22', pipeline_id: '1212', job_id: '1', user_id: '42', ref_protected: true };
  const { status, body } = await exchange(world, await world.issuer.token({ claims, without }));
  expect(status).toBe(201);
  const { body: request } = await ask(world, String(body['token']));
  const shown = await world.keyturn.get('alice', `/v1/requests/${request.id}`);
  expect(shown.body.unresolved).toEqual([{ account: 'gitlab:127.0.0.1/42', because: 'started the run' }]);
  await review(world.keyturn, 'bob', request, 'reject');
});
