import { expect, it } from 'vitest';
import { review, stateOf } from '../connectors/api/world.ts';
import { underAttack } from './slack-world.ts';

it('row 4: one person in both groups approves in Slack and by API: they fill one seat', async () => {
  const { face, keyturn, request } = await underAttack({ action: 'db.export' });
  expect((await face.click('dora', 1, 'Approve')).text).toContain('Still missing');
  expect((await face.click('dora', 1, 'Approve')).text).toContain('You have approved this request already');
  await keyturn.get('dora', `/v1/requests/${request.id}/payload`);
  expect((await review(keyturn, 'dora', request, 'approve')).body).toMatchObject({
    code: 'ALREADY_REVIEWED',
  });
  expect(await stateOf(keyturn, request)).toBe('pending');
  await face.click('bob', 1, 'Approve');
  expect(await stateOf(keyturn, request)).toBe('approved');
});
