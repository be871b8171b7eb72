import { expect, it } from 'vitest';
import { aVisitor, callRoom, startRoom } from '../bot/room/visitor.ts';
import { stateOf, submit } from '../connectors/api/world.ts';

it.each([
  'lgtm',
  '👍',
  'approve',
  'approve 1',
  'approve 1 lgtm',
  'APPROVE 1',
  '/approve 1',
  '@Keyturn approve 1',
  'yes',
  'approved by bob',
])('row 6: typing %j in the room approves nothing', async (line) => {
  const keyturn = await startRoom();
  const bob = await aVisitor(keyturn, 'bob');
  const request = await submit(keyturn);
  const answer = await bob.post('command', { line });
  expect(answer.status).toBe(200);
  expect(answer.text).not.toContain('You approved');
  expect(await stateOf(keyturn, request)).toBe('pending');
});

it('row 6: typed text clears nothing: it answers with a form, and the form has to be sent', async () => {
  const keyturn = await startRoom();
  const [bob, carol] = [await aVisitor(keyturn, 'bob'), await aVisitor(keyturn, 'carol')];
  const request = await submit(keyturn);
  await bob.click('flag', request, { comment: 'odd' });
  const answer = await carol.post('command', { line: `clear ${request.number} it is fine` });
  expect(answer.body.ok ?? false).toBe(false);
  expect(await stateOf(keyturn, request)).toBe('flagged');
});

it('row 6: being in the room is not being asked: who fills no seat is refused', async () => {
  const keyturn = await startRoom();
  const request = await submit(keyturn);
  for (const who of ['eve', 'carol'] as const) {
    const answer = await (await aVisitor(keyturn, who)).click('approve', request);
    expect(answer.body).toMatchObject({ kind: 'text', ok: false });
  }
  expect(await stateOf(keyturn, request)).toBe('pending');
});

it('row 6: no address of the room decides, with or without a session', async () => {
  const keyturn = await startRoom();
  const bob = await aVisitor(keyturn, 'bob');
  const request = await submit(keyturn);
  for (const headers of [bob.headers, {}]) {
    for (const path of [
      `/room?approve=${request.id}`,
      `/room/approve/${request.id}`,
      `/room/api/click?verb=approve&request=${request.id}&digest=${request.action_digest}`,
    ]) {
      await callRoom(keyturn, 'GET', path, { headers });
    }
  }
  expect(await stateOf(keyturn, request)).toBe('pending');
});
