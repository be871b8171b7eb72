import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SOFTWARE } from '../../../bot/software.ts';
import { openGrantVerifier } from '../../../store/keys/grant-verifier.ts';
import { checkAgreement } from '../../fault/agreement.ts';
import { tokenOf, workerTokenOf } from '../../helpers/rulebook.ts';
import { aSubmission } from '../../helpers/start-keyturn.ts';
import { submitApproved, untilState } from '../../queue/runs/world.ts';
import { readLog } from '../api/world.ts';
import { aChallenge, callsOf, DEFINITION, startBot } from './bot-world.ts';

type Bot = Awaited<ReturnType<typeof startBot>>;

const stateOf = async ({ keyturn }: Bot, id: string) =>
  (await keyturn.get('bob', `/v1/requests/${id}`)).body.state;

/** The newest refusals in the log: what, of whom, with which code. */
async function refusals({ keyturn }: Bot, most: number) {
  const log = await readLog(keyturn);
  return log
    .filter(({ type }) => type.endsWith('.refused'))
    .slice(-most)
    .map(({ type, actor, data }) => [type, actor.worker ?? actor.client ?? actor.kind, data['code']]);
}

describe('a worker on another machine', () => {
  it('learns its name and labels, claims with a signed grant, and says how it ended', async () => {
    const bot = await startBot();
    const { keyturn, as } = bot;
    expect(await as('eu').hello()).toEqual({
      status: 200,
      body: { worker: 'eu', labels: ['prod-eu'], version: SOFTWARE },
    });
    const { id, action_digest } = await submitApproved(keyturn, { version: '42', secret: 'sesame-open' });
    const challenge = aChallenge();
    const claim = await as('eu').claim(id, { challenge });
    expect(claim.status).toBe(200);
    expect(claim.body).toMatchObject({ request: id, attempt: 1, action: 'db.migrate', redact: ['/secret'] });
    const text = claim.body.action_text as string;
    expect(`sha256:${createHash('sha256').update(text).digest('hex')}`).toBe(action_digest);
    expect(JSON.parse(text).payload).toEqual({ version: '42', secret: 'sesame-open' });
    const pem = readFileSync(join(keyturn.dataDir, '../keys/grant.pub'), 'utf8');
    expect(openGrantVerifier(pem, 'grant.pub')(claim.body.grant)).toMatchObject({
      request: id,
      action_digest,
      audience: 'worker:eu',
      attempt: 1,
      definition: DEFINITION,
      challenge,
    });
    expect(await as('eu').keep(id, 1)).toEqual({ status: 200, body: { stop: false } });
    expect((await as('eu').finish(id, 1)).status).toBe(200);
    const ended = await untilState(keyturn, id, 'succeeded');
    expect(ended.execution).toMatchObject({ worker: 'eu', attempt: 1 });
    await keyturn.stop();
    checkAgreement(join(keyturn.dataDir, 'keyturn.db'));
  });

  it('brings what was printed in parts, each kept once, and the digest in the log is of what the bot has', async () => {
    const { keyturn, as } = await startBot();
    const { id } = await submitApproved(keyturn);
    await as('eu').claim(id);
    const worker = as('eu');
    expect((await worker.print(id, 1, 0, 'one\n')).body).toEqual({ bytes: 4 });
    expect((await worker.print(id, 1, 0, 'one\ntwo\n')).body).toEqual({ bytes: 8 });
    // It would leave a gap: it is told where to go on.
    expect((await worker.print(id, 1, 20, 'late')).body).toEqual({ bytes: 8 });
    await worker.finish(id, 1, { output: { bytes: 8, is_cut: false, tail: 'one\ntwo\n' } });
    await untilState(keyturn, id, 'succeeded');
    const file = readFileSync(join(keyturn.dataDir, 'outputs', `${id}-1.log`));
    expect(file.toString()).toBe('one\ntwo\n');
    const printed = (await readLog(keyturn)).find(({ type }) => type === 'execution.output');
    expect(printed?.data).toMatchObject({
      bytes: 8,
      is_cut: false,
      sha256: createHash('sha256').update(file).digest('hex'),
    });
  });

  it('whose answer was lost gets the same claim again, and nobody else does', async () => {
    const { keyturn, as } = await startBot('once');
    const { id } = await submitApproved(keyturn);
    const challenge = aChallenge();
    const first = await as('eu').claim(id, { challenge });
    expect(await as('eu').claim(id, { challenge })).toEqual(first);
    expect((await as('other').claim(id, { challenge })).body.code).toBe('ALREADY_CONSUMED');
    expect((await as('eu').claim(id)).body.code).toBe('ALREADY_CONSUMED');
    await as('eu').finish(id, 1);
    expect((await as('eu').claim(id, { challenge })).body.code).toBe('ALREADY_CONSUMED');
    const types = (await readLog(keyturn)).map(({ type }) => type);
    expect(types.filter((type) => type === 'execution.started')).toHaveLength(1);
  });

  it('whose answer was lost gets it again also after another worker has spoken about its try', async () => {
    const { keyturn, as } = await startBot('once');
    const { id } = await submitApproved(keyturn);
    const challenge = aChallenge();
    const first = await as('eu').claim(id, { challenge });
    expect((await as('other').finish(id, 1)).status).toBe(403);
    expect(await as('eu').claim(id, { challenge })).toEqual(first);
  });

  it('whose answer was lost gets it again for as long as its lease may last, and no longer', async () => {
    const { keyturn, as } = await startBot('idempotent');
    const { id } = await submitApproved(keyturn);
    const challenge = aChallenge();
    const first = await as('eu').claim(id, { challenge });
    keyturn.clock.advance(29_999);
    expect(await as('eu').claim(id, { challenge })).toEqual(first);
    await as('eu').keep(id, 1);
    keyturn.clock.advance(1);
    expect((await as('eu').claim(id, { challenge })).body.code).toBe('ALREADY_CONSUMED');
  });

  it('whose try failed and waits for the next gets nothing again of the one before', async () => {
    const { keyturn, as } = await startBot('idempotent');
    const { id } = await submitApproved(keyturn);
    const challenge = aChallenge();
    await as('eu').claim(id, { challenge });
    const failed = { status: 'failed', exit_code: 1, retryable: true, retry_in_ms: 60_000 };
    await as('eu').finish(id, 1, failed);
    expect((await as('eu').claim(id, { challenge })).body.code).toBe('ALREADY_CONSUMED');
    expect((await as('eu').print(id, 1, 0, 'late')).body.code).toBe('FORBIDDEN');
  });

  it('adds nothing to the output of a try that is over, also where it has the next one', async () => {
    const { keyturn, as } = await startBot();
    const { id } = await submitApproved(keyturn);
    const worker = as('eu');
    await worker.claim(id);
    keyturn.clock.advance(30_000);
    expect((await worker.claim(id)).body.attempt).toBe(2);
    expect((await worker.print(id, 1, 0, 'late')).body.code).toBe('FORBIDDEN');
    await worker.print(id, 2, 0, 'one\n');
    await worker.finish(id, 2, { output: { bytes: 4, is_cut: false, tail: 'one\n' } });
    expect((await worker.print(id, 2, 4, 'late')).body.code).toBe('FORBIDDEN');
    expect(readFileSync(join(keyturn.dataDir, 'outputs', `${id}-2.log`), 'utf8')).toBe('one\n');
  });

  it('that says more of its output than it brought is not believed: what is kept is called cut', async () => {
    const { keyturn, as } = await startBot();
    const { id } = await submitApproved(keyturn);
    await as('eu').claim(id);
    await as('eu').print(id, 1, 0, 'one\n');
    await as('eu').finish(id, 1, { output: { bytes: 8, is_cut: false, tail: 'two\n' } });
    const printed = (await readLog(keyturn)).find(({ type }) => type === 'execution.output');
    const sha256 = createHash('sha256').update('one\n').digest('hex');
    expect(printed?.data).toMatchObject({ bytes: 8, is_cut: true, sha256 });
  });

  it('that says its outcome twice is believed once, and makes no late report of it', async () => {
    const { keyturn, as } = await startBot();
    const { id } = await submitApproved(keyturn);
    await as('eu').claim(id);
    expect((await as('eu').finish(id, 1)).status).toBe(200);
    expect((await as('eu').finish(id, 1)).status).toBe(200);
    const types = (await readLog(keyturn)).map(({ type }) => type);
    expect(types.filter((type) => type === 'execution.late_report')).toEqual([]);
    // Something else is no repeat.
    await as('eu').finish(id, 1, { status: 'failed', exit_code: 1 });
    const after = (await readLog(keyturn)).filter(({ type }) => type === 'execution.late_report');
    expect(after).toHaveLength(1);
    expect(await stateOf({ keyturn, as }, id)).toBe('succeeded');
  });

  it('is told to stop what somebody stops', async () => {
    const { keyturn, as } = await startBot('once');
    const { id } = await submitApproved(keyturn);
    await as('eu').claim(id);
    await keyturn.post('bob', `/v1/requests/${id}/stop`, { comment: 'wrong window' });
    expect((await as('eu').keep(id, 1)).body).toEqual({ stop: true });
  });
});

describe('row 2: a worker that is refused', () => {
  it('without the labels that the action asks for, in whatever it claims, and on the record', async () => {
    const bot = await startBot();
    const { id } = await submitApproved(bot.keyturn);
    const answer = await bot.as('plain').claim(id);
    expect([answer.status, answer.body.code]).toEqual([409, 'NOT_YOURS_TO_RUN']);
    expect(await stateOf(bot, id)).toBe('approved');
    expect(await refusals(bot, 1)).toEqual([['grant.refused', 'plain', 'NOT_YOURS_TO_RUN']]);
  });

  it('of another version, which is named, at its hello and at each claim', async () => {
    const bot = await startBot();
    const { id } = await submitApproved(bot.keyturn);
    for (const answer of [
      await bot.as('eu').hello('keyturn/9.9.9'),
      await bot.as('eu').claim(id, { version: 'keyturn/9.9.9' }),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([422, 'INVALID']);
      const detail = `is keyturn/9.9.9, and the bot is ${SOFTWARE}: both must be the same`;
      expect(answer.body.errors).toEqual([{ pointer: '/version', detail }]);
    }
    expect(await stateOf(bot, id)).toBe('approved');
    expect(await refusals(bot, 2)).toEqual([
      ['client.refused', 'eu', 'INVALID'],
      ['client.refused', 'eu', 'INVALID'],
    ]);
  });

  it('with another one’s try: its heartbeat, output and outcome change nothing', async () => {
    const bot = await startBot();
    const { id } = await submitApproved(bot.keyturn);
    await bot.as('eu').claim(id);
    const other = bot.as('other');
    for (const answer of [
      await other.keep(id, 1),
      await other.print(id, 1, 0, 'x'),
      await other.finish(id, 1),
    ])
      expect([answer.status, answer.body.code]).toEqual([403, 'FORBIDDEN']);
    expect((await bot.as('eu').finish(id, 7)).body.code).toBe('FORBIDDEN');
    expect(await stateOf(bot, id)).toBe('executing');
    expect((await refusals(bot, 4)).map(([, who]) => who)).toEqual(['other', 'other', 'other', 'eu']);
  });

  it('past its lease, once another one has taken over: the fence holds, and its word is kept as evidence', async () => {
    const bot = await startBot();
    const { keyturn, as } = bot;
    const { id } = await submitApproved(keyturn);
    await as('eu').claim(id);
    keyturn.clock.advance(30_000);
    expect((await as('other').claim(id)).body).toMatchObject({ attempt: 2 });
    expect((await as('eu').keep(id, 1)).status).toBe(403);
    expect((await as('eu').print(id, 1, 0, 'x')).status).toBe(403);
    expect((await as('eu').finish(id, 1)).status).toBe(200);
    expect(await stateOf(bot, id)).toBe('executing');
    expect((await as('other').finish(id, 2)).status).toBe(200);
    expect(await stateOf(bot, id)).toBe('succeeded');
    const late = (await readLog(keyturn)).filter(({ type }) => type === 'execution.late_report');
    expect(late.map(({ actor }) => actor.worker)).toEqual(['eu']);
    await keyturn.stop();
    checkAgreement(join(keyturn.dataDir, 'keyturn.db'));
  });

  it('once the policy no longer names it, in the middle of what it runs', async () => {
    const bot = await startBot();
    const { id } = await submitApproved(bot.keyturn);
    await bot.as('eu').claim(id);
    await bot.keyturn.reload({
      workers: { other: ['prod-eu'] },
      actions: bot.keyturn.keyturn.context.rulebook.actions,
    });
    for (const answer of [await bot.as('eu').keep(id, 1), await bot.as('eu').finish(id, 1)])
      expect([answer.status, answer.body.code]).toEqual([401, 'UNAUTHENTICATED']);
    expect(await stateOf(bot, id)).toBe('executing');
  });
});

describe('row 7: the token of a worker', () => {
  it('moves no request that is pending, on any call that it can reach', async () => {
    const bot = await startBot();
    const { keyturn, as } = bot;
    const { body } = await keyturn.post('agent', '/v1/requests', aSubmission({ payload: { version: '42' } }));
    const worker = as('eu');
    for (const answer of [
      await worker.claim(body.id),
      await worker.keep(body.id, 1),
      await worker.print(body.id, 1, 0, 'x'),
      await worker.finish(body.id, 1),
    ])
      expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(await stateOf(bot, body.id)).toBe('pending');
    expect((await refusals(bot, 4)).map(([, who]) => who)).toEqual(['eu', 'eu', 'eu', 'eu']);
    const story = (await readLog(keyturn)).filter(({ subject }) => subject?.request === body.id);
    expect(story.map(({ type }) => type).filter((type) => !type.endsWith('.refused'))).toEqual([
      'request.submitted',
    ]);
  });

  it('opens no other call of the contract, and no other token opens a call of a worker’s', async () => {
    const bot = await startBot();
    const { keyturn } = bot;
    const published = (await keyturn.get('agent', '/openapi.json')).body.paths as Record<string, object>;
    const { id } = await submitApproved(keyturn);
    for (const [path, calls] of Object.entries(published)) {
      const url = `${keyturn.url}${path.replace('{id}', id).replace('{seq}', '0')}`;
      for (const method of Object.keys(calls)) {
        const isOurs = path.startsWith('/v1/worker');
        if (!path.startsWith('/v1')) continue;
        for (const token of isOurs ? [tokenOf('agent'), tokenOf('bob')] : [workerTokenOf('eu')]) {
          const headers = { authorization: `Bearer ${token}` };
          const body = method === 'post' ? { body: '{}' } : {};
          const { status } = await fetch(url, { method: method.toUpperCase(), headers, ...body });
          expect([method, path, status]).toEqual([method, path, isOurs ? 403 : 401]);
        }
      }
    }
    expect(await stateOf(bot, id)).toBe('approved');
    expect((await callsOf(keyturn, 'ktw_of_nobody_at_all_0123456789').hello()).status).toBe(401);
  });
});
