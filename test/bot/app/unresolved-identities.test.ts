import { expect, it } from 'vitest';
import { giveLinkCode } from '../../../bot/app/link-account.ts';
import { submitRequest } from '../../../bot/app/submit-request.ts';
import type { Identity } from '../../../bot/core/unresolved.ts';
import { authenticator } from '../../../connectors/api/authenticate.ts';
import {
  comment,
  consume,
  expectProblem,
  readLog,
  review,
  seeAndApprove,
  stateOf,
  storyOf,
} from '../../connectors/api/world.ts';
import { ONE_KEY, type RulebookChanges, rule, tokenOf } from '../../helpers/rulebook.ts';
import { startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';
import { faceOf, personOf } from './people-world.ts';

const AUTHOR = { account: 'github:github.com/77', because: 'author of a commit' } as const;
const PUSHER = { account: 'github:github.com/88', because: 'who pushed it' } as const;
const MAILED = { account: 'git:bob@example.com', because: 'author of a commit' } as const;

/** As a connector of a forge submits: with what the forge's API says of the people behind it. */
async function asked(keyturn: TestKeyturn, identities: readonly Identity[], changes: object = {}) {
  const { context } = keyturn.keyturn;
  const caller = authenticator(() => context.rulebook)(`Bearer ${tokenOf('ci')}`);
  if (caller === null) throw new Error('ci is not known');
  const submission = {
    action: 'db.migrate',
    target: { system: 'postgres', environment: 'prod', resource: 'orders' },
    reason: 'release 7',
    onBehalfOf: null,
    payload: {},
    links: [],
    expiresInS: null,
    hold: 'poll',
    ...changes,
  } as const;
  return submitRequest(context, caller, submission, null, identities);
}

async function held(keyturn: TestKeyturn, identities: readonly Identity[], changes: object = {}) {
  const result = await asked(keyturn, identities, changes);
  if (!result.ok) throw new Error(result.code);
  return { id: result.request.id as string, action_digest: result.request.actionDigest as string };
}

async function linkTo(keyturn: TestKeyturn, key: string, account: string) {
  const given = await giveLinkCode(keyturn.keyturn.context, personOf(keyturn, key));
  if (!given.ok) throw new Error(given.code);
  expect(await faceOf(keyturn).type(account, `link ${given.code}`)).toContain('now an account of');
}

const risky = (risk: 'high' | 'critical' | 'medium'): RulebookChanges => ({
  rules: [rule('all', { plan: ONE_KEY, risk })],
});

it('row 3: an author whose account is linked, or in the file, is excluded by what they wrote', async () => {
  const keyturn = await startKeyturn({ accounts: { [PUSHER.account]: 'dora' } });
  await linkTo(keyturn, 'bob', AUTHOR.account);
  const request = await held(keyturn, [AUTHOR, PUSHER]).catch((cause: Error) => cause.message);
  // Both dbas stand behind it, so nobody is left.
  expect(request).toBe('NO_ELIGIBLE_REVIEWER');
  const other = await held(keyturn, [AUTHOR]);
  expectProblem(await seeAndApprove(keyturn, 'bob', other), 'SELF_REVIEW');
  const { body } = await keyturn.get('carol', `/v1/requests/${other.id}`);
  expect(body.excluded).toContainEqual({ person: 'bob', because: 'author of a commit' });
  expect(body).not.toHaveProperty('unresolved');
});

it('names who is linked to nobody, to people and not to clients', async () => {
  const keyturn = await startKeyturn();
  const request = await held(keyturn, [AUTHOR, MAILED, AUTHOR]);
  const { body } = await keyturn.get('bob', `/v1/requests/${request.id}`);
  expect(body.unresolved).toEqual([AUTHOR, MAILED]);
  expect(await keyturn.get('ci', `/v1/requests/${request.id}`)).toMatchObject({
    body: expect.not.objectContaining({ unresolved: expect.anything() }),
  });
  const [submitted] = (await readLog(keyturn)).filter(({ type }) => type === 'request.submitted');
  expect(submitted?.data.unresolved).toBe(2);
  // Whose account that is stands beside the log, where it can be erased.
  expect(JSON.stringify(submitted)).not.toContain('github.com/77');
});

it.each(['high', 'critical'] as const)('is refused where the risk is %s', async (risk) => {
  const keyturn = await startKeyturn(risky(risk));
  expect(await asked(keyturn, [AUTHOR])).toMatchObject({ ok: false, code: 'UNRESOLVED_IDENTITY' });
  expect((await readLog(keyturn)).at(-1)).toMatchObject({
    type: 'request.refused',
    data: { code: 'UNRESOLVED_IDENTITY' },
  });
  await linkTo(keyturn, 'eve', AUTHOR.account);
  expect(await asked(keyturn, [AUTHOR])).toMatchObject({ ok: true });
});

it('an allow does not let it through either, and a deny stays a deny', async () => {
  const keyturn = await startKeyturn({
    rules: [
      rule('reads', { match: { action: ['db.read'] }, effect: 'allow', when: () => true, risk: 'high' }),
      rule('drops', { match: { action: ['db.drop'] }, effect: 'deny', risk: 'high' }),
    ],
  });
  expect(await asked(keyturn, [AUTHOR], { action: 'db.read' })).toMatchObject({
    code: 'UNRESOLVED_IDENTITY',
  });
  expect(await asked(keyturn, [AUTHOR], { action: 'db.drop' })).toMatchObject({
    request: { state: 'denied' },
  });
});

it('a policy that raises the risk later stops the approval, the use of one, and breaks no glass', async () => {
  const keyturn = await startKeyturn(risky('medium'));
  const waiting = await held(keyturn, [AUTHOR], { payload: { n: 1 } });
  const approved = await held(keyturn, [AUTHOR], { payload: { n: 2 } });
  await seeAndApprove(keyturn, 'bob', approved);
  const after = await keyturn.restart({ ...risky('high'), version: '2' });
  expectProblem(await seeAndApprove(after, 'bob', waiting), 'UNRESOLVED_IDENTITY');
  expectProblem(await consume(after, approved, undefined, 'ci'), 'UNRESOLVED_IDENTITY');
  await linkTo(after, 'eve', AUTHOR.account);
  expect((await seeAndApprove(after, 'bob', waiting)).body).toMatchObject({ state: 'approved' });
  expect((await consume(after, approved, undefined, 'ci')).status).toBe(200);
});

it('row 3: who links the account of the author after the request was asked is out, and their vote is lost', async () => {
  const keyturn = await startKeyturn();
  const waiting = await held(keyturn, [AUTHOR], { action: 'db.export' });
  await seeAndApprove(keyturn, 'bob', waiting);
  const approved = await held(keyturn, [AUTHOR], { payload: { n: 2 } });
  await seeAndApprove(keyturn, 'bob', approved);
  expect(await stateOf(keyturn, approved)).toBe('approved');
  await linkTo(keyturn, 'bob', AUTHOR.account);
  expect(await stateOf(keyturn, approved)).toBe('revoked');
  expect((await storyOf(keyturn, approved)).slice(-2)).toEqual(['request.identified', 'request.revoked']);
  const { body } = await keyturn.get('carol', `/v1/requests/${waiting.id}`);
  expect(body.waiting_for).toEqual(['dba 0/1', 'security 0/1']);
  expectProblem(await review(keyturn, 'bob', waiting, 'approve'), 'SELF_REVIEW');
});

it('who links it while the action runs does not settle how it ended', async () => {
  const keyturn = await startKeyturn();
  const request = await held(keyturn, [AUTHOR]);
  await seeAndApprove(keyturn, 'bob', request);
  await consume(keyturn, request, undefined, 'ci');
  await linkTo(keyturn, 'dora', AUTHOR.account);
  keyturn.clock.advance(60 * 60_000);
  expectProblem(await comment(keyturn, 'dora', 'settle', request, { status: 'succeeded' }), 'SELF_REVIEW');
  expect((await comment(keyturn, 'bob', 'settle', request, { status: 'succeeded' })).status).toBe(200);
});

it('row 7c: the same action with another author behind it joins no request', async () => {
  const keyturn = await startKeyturn();
  const [one, two, again] = [
    await held(keyturn, [AUTHOR]),
    await held(keyturn, [PUSHER]),
    await held(keyturn, [AUTHOR]),
  ];
  expect(one.id).not.toBe(two.id);
  expect(again.id).toBe(one.id);
});

it('row 13: what a forge says of people is shown with what cannot be seen in it', async () => {
  const keyturn = await startKeyturn();
  const request = await held(keyturn, [{ account: 'git:bob\u202e@example.com', because: 'author' }]);
  const { body } = await keyturn.get('bob', `/v1/requests/${request.id}`);
  expect(JSON.stringify(body.unresolved)).not.toContain('\u202e');
});

it('the log of all of it is sound', async () => {
  const keyturn = await startKeyturn();
  const approved = await held(keyturn, [AUTHOR, PUSHER]);
  await seeAndApprove(keyturn, 'bob', approved);
  await linkTo(keyturn, 'bob', AUTHOR.account);
  const pending = await held(keyturn, [PUSHER], { payload: { n: 1 } });
  await linkTo(keyturn, 'eve', PUSHER.account);
  await seeAndApprove(keyturn, 'dora', pending);
  await keyturn.stop();
  const { openVerifySource } = await import('../../../store/sqlite/verify-source.ts');
  const { createVerifier } = await import('../../../store/audit/verify.ts');
  const source = openVerifySource(`${keyturn.dataDir}/keyturn.db`);
  const verifier = createVerifier({ tables: source.tables });
  for (const { bytes, beside } of source.entries()) if (!verifier.take(bytes, beside)) break;
  expect(verifier.finish().problem).toBeNull();
  source.close();
});
