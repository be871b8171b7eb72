import { expect, it } from 'vitest';
import type { PersonCaller } from '../../bot/app/context.ts';
import type { Proof } from '../../bot/core/request.ts';
import { plain } from '../../bot/views/words.ts';
import { stateOf, submit } from '../connectors/api/world.ts';
import { callerOf } from '../helpers/memory-driver.ts';
import { startKeyturn, type TestKeyturn } from '../helpers/start-keyturn.ts';

function bobBy(keyturn: TestKeyturn, verifiedBy: Proof): PersonCaller {
  const bob = callerOf(keyturn.keyturn, 'bob');
  return { ...bob, actor: { ...bob.actor, verifiedBy } };
}

async function approveBy(keyturn: TestKeyturn, proof: Proof, action: string) {
  const request = await submit(keyturn, { action });
  const click = { verb: 'approve', request: request.id, digest: request.action_digest, fields: {} } as const;
  const answer = await keyturn.keyturn.desk.click(bobBy(keyturn, proof), click);
  const text = answer.kind === 'text' ? answer.lines.map(plain).join('\n') : answer.kind;
  return { text, state: await stateOf(keyturn, request) };
}

it('row 7: a token that logs into a face approves nothing critical, and says what would', async () => {
  const { text, state } = await approveBy(await startKeyturn(), 'token', 'db.wipe');
  expect(text).toContain('a token alone is not enough');
  expect(state).toBe('pending');
});

it.each(['session', 'signature'] as const)('row 7: a %s approves what is critical', async (proof) => {
  expect((await approveBy(await startKeyturn(), proof, 'db.wipe')).state).toBe('approved');
});

it('row 7: a token that logs into a face still approves what is not critical', async () => {
  expect((await approveBy(await startKeyturn(), 'token', 'db.migrate')).state).toBe('approved');
});

it('row 7: a token can always reject and flag, whatever the risk', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn, { action: 'db.wipe' });
  const fields = { comment: 'not like this' };
  const click = { verb: 'reject', request: request.id, digest: request.action_digest, fields } as const;
  await keyturn.keyturn.desk.click(bobBy(keyturn, 'token'), click);
  expect(await stateOf(keyturn, request)).toBe('rejected');
});
