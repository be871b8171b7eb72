import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { giveLinkCode, redeemLinkCode, unlinkAccount } from '../../../bot/app/link-account.ts';
import { submitRequest } from '../../../bot/app/submit-request.ts';
import { sha256Hex } from '../../../bot/core/digest.ts';
import { forgetText } from '../../../bot/core/forget-text.ts';
import type { Account } from '../../../bot/core/identity.ts';
import { evolve } from '../../../bot/core/lifecycle/evolve.ts';
import type { PersonId, RequestId } from '../../../bot/core/request.ts';
import { authenticator } from '../../../connectors/api/authenticate.ts';
import { tokenOf, type Who } from '../../helpers/rulebook.ts';
import { startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';
import { EXPORT, firm, postReview, seeAndBreak } from './glass.ts';
import { consume, expectProblem, readLog, submit } from './world.ts';

const aText = () => `canary ${randomBytes(20).toString('hex')}`;

const erase = (keyturn: TestKeyturn, who: Who, seq: number, field: string) =>
  keyturn.post(who, '/v1/audit/erasures', { seq, field, reason: 'DSR-17' });

function isInFiles(keyturn: TestKeyturn, text: string): boolean {
  const files = ['keyturn.db', 'keyturn.db-wal'].map((name) => join(keyturn.dataDir, name));
  return files.some((file) => existsSync(file) && readFileSync(file).includes(text));
}

async function seqOf(keyturn: TestKeyturn, type: string): Promise<number> {
  return (await readLog(keyturn)).findLast((entry) => entry.type === type)?.seq ?? -1;
}

it.each([
  ['why a glass was broken', 'break_glass.used', 'reason'],
  ['what a reviewer says of it', 'break_glass.reviewed', 'comment'],
])('forgets %s', async (_what, type, field) => {
  const keyturn = await firm();
  const text = aText();
  const request = await submit(keyturn, EXPORT);
  await seeAndBreak(keyturn, 'bob', request, field === 'reason' ? { reason: text } : {});
  await consume(keyturn, request);
  await postReview(keyturn, 'dora', request, 'approve', field === 'comment' ? { comment: text } : {});
  expect(isInFiles(keyturn, text)).toBe(true);
  const { body } = await erase(keyturn, 'carol', await seqOf(keyturn, type), field);
  expect(body).toMatchObject({ file: 'gone' });
  expect(isInFiles(keyturn, text)).toBe(false);
  expect((await keyturn.get('carol', `/v1/requests/${request.id}`)).text).not.toContain(text);
});

it('forgets what a run printed, and how each try ended', async () => {
  const keyturn = await startKeyturn();
  const { id } = await submit(keyturn);
  const born = keyturn.keyturn.context.store.committed.request(id as RequestId);
  if (born === null) throw new Error('no request');
  const nonceDigest = `sha256:${sha256Hex('nonce')}` as const;
  const [tail, detail] = [aText(), aText()];
  const output = { attempt: 1, bytes: 44, sha256: sha256Hex(tail), isCut: false, text: { tail } };
  const events = [
    { type: 'grant.issued', nonceDigest, audience: 'embedded' },
    { type: 'execution.started', attempt: 1, worker: 'w', leaseUntil: 9 },
    { type: 'execution.output', ...output },
    { type: 'execution.late_report', status: 'failed', exitCode: 1, text: { detail } },
    { type: 'execution.failed', exitCode: 1, text: { detail } },
  ] as const;
  const ran = events.reduce((request, event) => evolve(request, event, 1), born);
  expect(JSON.stringify(ran)).toContain(tail);
  expect(JSON.stringify(forgetText(ran, tail))).not.toContain(tail);
  expect(JSON.stringify(forgetText(ran, detail))).not.toContain(detail);
});

it('forgets an account once nobody is tied to it, and not who they are', async () => {
  const keyturn = await startKeyturn();
  const { context } = keyturn.keyturn;
  const account = `slack:T01/U0${randomBytes(9).toString('hex').toUpperCase()}` as Account;
  const given = await giveLinkCode(context, context.store.committed.personOf('eve') as PersonId);
  if (!given.ok) throw new Error(given.code);
  await redeemLinkCode(context, account, given.code);
  const seq = await seqOf(keyturn, 'identity.linked');

  const refused = await erase(keyturn, 'carol', seq, 'account');
  expectProblem(refused, 'INVALID');
  expect(refused.body.errors[0].detail).toContain('unlink it first');

  await unlinkAccount(context, account, 'root');
  expect((await erase(keyturn, 'carol', seq, 'account')).status).toBe(200);
  const last = await erase(keyturn, 'carol', await seqOf(keyturn, 'identity.unlinked'), 'account');
  expect(last.body).toMatchObject({ file: 'gone' });
  expect(isInFiles(keyturn, account)).toBe(false);
  expect(context.store.committed.personOf('eve')).not.toBeNull();
});

it('keeps who must not approve a request until it is over, and forgets them then', async () => {
  const keyturn = await startKeyturn();
  const { context } = keyturn.keyturn;
  const caller = authenticator(() => context.rulebook)(`Bearer ${tokenOf('agent')}`);
  if (caller === null) throw new Error('the agent is not known');
  const account = `github:github.com/${randomBytes(12).toString('hex')}`;
  const submission = {
    action: 'db.migrate',
    target: { system: 'postgres', environment: 'prod', resource: 'orders' },
    reason: 'release 7',
    onBehalfOf: null,
    payload: {},
    links: [],
    expiresInS: null,
    hold: 'poll',
  } as const;
  const asked = await submitRequest(context, caller, submission, null, [
    { account, because: 'author of a commit' },
  ]);
  if (!asked.ok) throw new Error(asked.code);
  const { id } = asked.request;
  const seq = await seqOf(keyturn, 'request.submitted');
  expectProblem(await erase(keyturn, 'carol', seq, 'unresolved'), 'INVALID');
  expect((await keyturn.get('carol', `/v1/requests/${id}`)).text).toContain(account);

  await keyturn.post('agent', `/v1/requests/${id}/cancel`, {});
  expect((await erase(keyturn, 'carol', seq, 'unresolved')).body).toMatchObject({ file: 'gone' });
  expect(isInFiles(keyturn, account)).toBe(false);
  expect((await keyturn.get('carol', `/v1/requests/${id}`)).text).not.toContain(account);
});
