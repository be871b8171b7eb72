import { expect, it } from 'vitest';
import { aVisitor, callRoom, pageHeaders, signIn, startRoom } from '../bot/room/visitor.ts';
import { readLog, stateOf, submit } from '../connectors/api/world.ts';
import { tokenOf } from '../helpers/rulebook.ts';

it('row 7: a client’s token opens no session, and its calls with a forged Origin none either', async () => {
  const keyturn = await startRoom();
  const request = await submit(keyturn);
  for (const who of ['agent', 'ci'] as const) {
    expect((await signIn(keyturn, { token: tokenOf(who) })).status).toBe(401);
    const headers = { ...pageHeaders(keyturn), authorization: `Bearer ${tokenOf(who)}` };
    const body = { verb: 'approve', request: request.id, digest: request.action_digest, fields: {} };
    expect((await callRoom(keyturn, 'POST', '/room/api/click', { headers, body })).status).toBe(401);
  }
  expect(await stateOf(keyturn, request)).toBe('pending');
});

it('row 7: a person’s token that an agent found approves nothing critical in the room, and a code does', async () => {
  const keyturn = await startRoom();
  const request = await submit(keyturn, { action: 'db.wipe' });
  const byToken = await aVisitor(keyturn, 'bob', 'token');
  await byToken.click('view', request);
  expect((await byToken.click('approve', request)).body).toMatchObject({ kind: 'text', ok: false });
  expect(await stateOf(keyturn, request)).toBe('pending');
  const refused = (await readLog(keyturn)).findLast(({ type }) => type === 'review.refused');
  expect(refused?.data.code).toBe('STEP_UP_REQUIRED');
  const byCode = await aVisitor(keyturn, 'bob');
  expect((await byCode.click('approve', request)).text).toContain('You approved');
  expect(await stateOf(keyturn, request)).toBe('approved');
  const recorded = (await readLog(keyturn)).find(({ type }) => type === 'review.recorded');
  expect(recorded?.actor).toMatchObject({ via: 'room', verified_by: 'session' });
});

it('row 7: the owner of the agent approves nothing of it in the room, by code or by token', async () => {
  const keyturn = await startRoom();
  const request = await submit(keyturn);
  for (const by of ['code', 'token'] as const) {
    const alice = await aVisitor(keyturn, 'alice', by);
    expect((await alice.click('approve', request)).text).toContain('You cannot decide on this request');
  }
  expect(await stateOf(keyturn, request)).toBe('pending');
});

it('row 7: a click that names another person, another way in or a view that was not opened is refused', async () => {
  const keyturn = await startRoom();
  const request = await submit(keyturn);
  const bob = await aVisitor(keyturn, 'bob');
  const click = { verb: 'approve', request: request.id, digest: request.action_digest, fields: {} };
  for (const claim of [{ person: 'dora' }, { via: 'api' }, { fromCard: true }, { verified_by: 'session' }]) {
    expect((await bob.post('click', { ...click, ...claim })).status).toBe(422);
  }
  expect(await stateOf(keyturn, request)).toBe('pending');
});
