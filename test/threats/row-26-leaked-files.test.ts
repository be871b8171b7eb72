import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { forgetRepeats } from '../../bot/app/expire-due.ts';
import {
  anApproved,
  anExecuting,
  consume,
  expectProblem,
  expectRefused,
  post,
  report,
  seeAndApprove,
  submit,
} from '../connectors/api/world.ts';
import { PEOPLE, tokenOf } from '../helpers/rulebook.ts';
import { startKeyturn, type TestKeyturn } from '../helpers/start-keyturn.ts';

/** Without the socket, which holds nothing. */
const filesIn = (dir: string) =>
  readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => join(dir, name));
const contents = (keyturn: TestKeyturn) =>
  filesIn(keyturn.dataDir)
    .map((file) => readFileSync(file).toString('latin1'))
    .join();

it('row 26: no token of anybody stands in the data directory', async () => {
  const keyturn = await startKeyturn();
  const running = await anExecuting(keyturn);
  await report(keyturn, running);
  await keyturn.get('agent', '/v1/requests', { authorization: 'Bearer ktc_a_wrong_token_somebody_tried' });
  await keyturn.stop();
  const leaked = contents(keyturn);
  for (const who of [...PEOPLE, 'agent', 'ci'] as const) expect(leaked.includes(tokenOf(who))).toBe(false);
  expect(leaked.includes('ktc_a_wrong_token')).toBe(false);
});

it('row 26: the keys stand in their own directory, for their owner alone, and the data is private too', async () => {
  const keyturn = await startKeyturn();
  await anExecuting(keyturn);
  const keys = join(keyturn.dataDir, '../keys');
  const secret = readFileSync(join(keys, 'grant.pem'), 'utf8');
  expect(statSync(join(keys, 'grant.pem')).mode & 0o777).toBe(0o600);
  expect(statSync(keyturn.dataDir).mode & 0o077).toBe(0);
  for (const file of filesIn(keyturn.dataDir)) expect([file, statSync(file).mode & 0o077]).toEqual([file, 0]);
  const [, body] = secret.split('\n');
  expect(contents(keyturn).includes(body ?? '')).toBe(false);
});

it('row 26: a leaked database gives no nonce away, once no caller may ask for the answer again', async () => {
  const keyturn = await startKeyturn();
  const running = await anExecuting(keyturn);
  const repeatable = await anApproved(keyturn, { payload: {} });
  const { nonce } = (await consume(keyturn, repeatable, 'k')).body;
  keyturn.clock.advance(60_001);
  await forgetRepeats(keyturn.keyturn.context);
  await keyturn.stop();
  const leaked = contents(keyturn);
  expect([leaked.includes(running.nonce), leaked.includes(nonce)]).toEqual([false, false]);
});

it('row 26: a leaked client token asks for what is on its lists and for nothing else', async () => {
  const keyturn = await startKeyturn({ client: { actions: ['db.read'], targets: ['postgres/dev/*'] } });
  const dev = { system: 'postgres', environment: 'dev', resource: 'orders' };
  for (const changes of [
    { action: 'db.export', target: dev },
    { action: 'db.read' },
    { action: 'db.read', target: { ...dev, system: 'mysql' } },
    { action: 'db.read.all', target: dev },
  ]) {
    const answer = await post(keyturn, 'agent', changes);
    await expectRefused(keyturn, answer, 'ACTION_NOT_ALLOWED', { type: 'request.refused', by: 'agent' });
  }
  expect((await post(keyturn, 'agent', { action: 'db.read', target: dev })).status).toBe(201);
});

it('row 26: a leaked client token sees nothing of another client, and ends nothing of it', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn, { reason: 'private to ci' }, { who: 'ci' });
  await seeAndApprove(keyturn, 'bob', request);
  expect((await keyturn.get('agent', '/v1/requests')).body.items).toEqual([]);
  expectProblem(await keyturn.get('agent', `/v1/requests/${request.id}`), 'NOT_FOUND');
  expectProblem(await keyturn.get('agent', '/v1/audit/entries'), 'FORBIDDEN');
  const stolen = await consume(keyturn, request);
  await expectRefused(keyturn, stolen, 'NOT_FOUND', { type: 'grant.refused', by: 'agent' });
  expectProblem(await keyturn.post('agent', `/v1/requests/${request.id}/cancel`), 'NOT_FOUND');
});

it('row 26: a second process gets nowhere near the same directory', async () => {
  const keyturn = await startKeyturn();
  await submit(keyturn);
  await expect(startKeyturn({}, { dir: join(keyturn.dataDir, '..') })).rejects.toMatchObject({
    code: 'STORE_BROKEN',
  });
  expect((await keyturn.get('agent', '/v1/requests')).body.items).toHaveLength(1);
});
