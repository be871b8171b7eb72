import { once } from 'node:events';
import { request } from 'node:http';
import { expect, it } from 'vitest';
import { workerTokenOf } from '../../helpers/rulebook.ts';
import { submitApproved } from '../../queue/runs/world.ts';
import { readLog } from '../api/world.ts';
import { aChallenge, startBot } from './bot-world.ts';

/** A worker's token in the hands of somebody who wants more of it than it is good for. */

async function atWork() {
  const bot = await startBot();
  const { id } = await submitApproved(bot.keyturn);
  await bot.as('eu').claim(id);
  const state = async () => (await bot.keyturn.get('bob', `/v1/requests/${id}`)).body.state;
  return { ...bot, id, worker: bot.as('eu'), state };
}

it.each<[string, object]>([
  ['retry_in_ms', { retry_in_ms: 300_001 }],
  ['retry_in_ms', { retry_in_ms: -1 }],
  ['detail', { detail: 'x'.repeat(2_001) }],
  ['output/tail', { output: { bytes: 1, is_cut: false, tail: 'x'.repeat(8_193) } }],
  ['exit_code', { exit_code: 256 }],
  ['status', { status: 'approved' }],
  ['attempt', { attempt: 1_001 }],
  ['attempt', { attempt: 0 }],
  ['by', { by: 'other' }],
])(
  'row 22: an outcome whose %s has no bound is refused whole, on the record: %#',
  async (pointer, changes) => {
    const { keyturn, worker, id, state } = await atWork();
    const { status, body } = await worker.finish(id, 1, changes);
    expect([status, body.code]).toEqual([422, 'INVALID']);
    expect(JSON.stringify(body.errors)).toContain(pointer);
    const last = (await readLog(keyturn)).at(-1);
    expect([last?.type, last?.actor.worker, last?.data['code']]).toEqual(['client.refused', 'eu', 'INVALID']);
    expect(await state()).toBe('executing');
  },
);

it('row 22: output has a bound in each part, in its place and in what it is written with', async () => {
  const { worker, id } = await atWork();
  const send = (changes: object) =>
    worker.call(`/v1/worker/runs/${id}/output`, { attempt: 1, offset: 0, bytes: '', ...changes });
  expect((await send({ bytes: Buffer.alloc(128 * 1024).toString('base64') })).body).toEqual({
    bytes: 131_072,
  });
  const tooMuch = await send({ offset: 131_072, bytes: Buffer.alloc(128 * 1024 + 1).toString('base64') });
  expect([tooMuch.status, tooMuch.body.code]).toEqual([413, 'BODY_TOO_LARGE']);
  for (const changes of [
    { bytes: Buffer.alloc(128 * 1024 + 4).toString('base64') },
    { offset: 64 * 1024 * 1024 + 1 },
    { offset: -1 },
    { bytes: '§' },
  ])
    expect((await send(changes)).status).toBe(422);
});

it.each(['', 'short', `${aChallenge()}x`, `${aChallenge().slice(0, 42)}/`])(
  'row 22: a claim without a challenge of 32 bytes is refused: %j',
  async (challenge) => {
    const bot = await startBot();
    const { id } = await submitApproved(bot.keyturn);
    expect((await bot.as('eu').claim(id, { challenge })).status).toBe(422);
    expect((await bot.keyturn.get('bob', `/v1/requests/${id}`)).body.state).toBe('approved');
  },
);

it('a worker that is taken away while its body is on its way gets nothing for it', async () => {
  const { keyturn, id, state } = await atWork();
  const outcome = request(`${keyturn.url}/v1/worker/runs/${id}/outcome`, {
    method: 'POST',
    headers: { authorization: `Bearer ${workerTokenOf('eu')}` },
  });
  const said = {
    attempt: 1,
    status: 'succeeded',
    exit_code: 0,
    detail: null,
    retryable: false,
    retry_in_ms: 0,
  };
  const body = JSON.stringify({ ...said, output: null });
  outcome.write(body.slice(0, 20));
  await new Promise((resolve) => setTimeout(resolve, 100));
  const { actions } = keyturn.keyturn.context.rulebook;
  await keyturn.reload({ workers: { other: ['prod-eu'] }, actions });
  outcome.end(body.slice(20));
  const [answer] = await once(outcome, 'response');
  answer.resume();
  expect([answer.statusCode, await state()]).toEqual([401, 'executing']);
});
