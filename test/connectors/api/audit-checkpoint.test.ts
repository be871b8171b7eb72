import { expect, it } from 'vitest';
import { takeCheckpoint, takeDueCheckpoint } from '../../../bot/app/take-checkpoint.ts';
import { parseCheckpoint } from '../../../store/audit/checkpoint.ts';
import { leafHash } from '../../../store/audit/entry.ts';
import { isIncluded } from '../../../store/audit/merkle-verify.ts';
import { openNote } from '../../../store/audit/note.ts';
import { parseTlogProof } from '../../../store/audit/tlog-proof.ts';
import { readVerifierKey } from '../../../store/audit/verifier-key.ts';
import { startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';
import { expectProblem, MINUTE, readLog, submit } from './world.ts';

/** The key as the log names it, and the note as anybody opens it. */
async function openedBy(keyturn: TestKeyturn, note: string) {
  const named = (await readLog(keyturn)).findLast(({ type }) => type === 'log.key_rotated')?.data.next;
  const key = readVerifierKey(String(named));
  if ('why' in key) throw new Error(key.why);
  const opened = openNote(Buffer.from(note), [key.key]);
  if ('why' in opened) throw new Error(opened.why);
  const checkpoint = parseCheckpoint(opened.text);
  if ('why' in checkpoint) throw new Error(checkpoint.why);
  return checkpoint;
}

it('shows the signed checkpoint to anybody who is authenticated, and to nobody else', async () => {
  const keyturn = await startKeyturn();
  const note = await keyturn.get('agent', '/v1/audit/checkpoint');
  expect([note.status, note.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
  expect((await openedBy(keyturn, note.text)).origin).toBe('test/log/1');
  const stranger = await fetch(`${keyturn.url}/v1/audit/checkpoint`);
  expect(stranger.status).toBe(401);
});

it('proves an entry to an auditor, also one that no checkpoint covered yet, and says so in the log', async () => {
  const keyturn = await startKeyturn();
  await submit(keyturn);
  const entries = (await keyturn.get('carol', '/v1/audit/entries?limit=1000')).text.split('\n');
  for (const [seq, line] of entries.slice(0, -1).entries()) {
    const answer = await keyturn.get('carol', `/v1/audit/proof/${seq}`);
    const proof = parseTlogProof(answer.text);
    if ('why' in proof) throw new Error(proof.why);
    const { size, root } = await openedBy(keyturn, proof.checkpoint);
    const leaf = leafHash(Buffer.from(line));
    expect(isIncluded({ index: seq, size, leaf, proof: proof.hashes, root })).toBe(true);
  }
  const viewed = (await readLog(keyturn)).filter(({ type }) => type === 'audit.viewed');
  expect(viewed.map(({ data }) => data)).toContainEqual({ from: 3, count: 1 });
});

it('refuses a proof to who is no auditor, and of what is no entry', async () => {
  const keyturn = await startKeyturn();
  expectProblem(await keyturn.get('bob', '/v1/audit/proof/0'), 'FORBIDDEN');
  expectProblem(await keyturn.get('agent', '/v1/audit/proof/0'), 'FORBIDDEN');
  for (const seq of ['999999', '-1', '01', 'x', '9007199254740993']) {
    expectProblem(await keyturn.get('carol', `/v1/audit/proof/${seq}`), 'NOT_FOUND');
  }
  expectProblem(await keyturn.get('carol', '/v1/audit/proof/0?x=1'), 'INVALID');
});

it('signs when the log has grown and the time has come, and not before', async () => {
  const keyturn = await startKeyturn();
  const { context } = keyturn.keyturn;
  const size = () => context.store.committed.newestCheckpoint()?.size;
  await takeCheckpoint(context);
  const before = size();
  await submit(keyturn);
  await takeDueCheckpoint(context, 5 * MINUTE);
  expect(size()).toBe(before);
  keyturn.clock.advance(5 * MINUTE);
  await takeDueCheckpoint(context, 5 * MINUTE);
  expect(size()).toBe((before ?? 0) + 1);
});

it('says once a day that it is there, when nothing else happens', async () => {
  const keyturn = await startKeyturn();
  const { context } = keyturn.keyturn;
  await takeCheckpoint(context);
  const before = context.store.committed.lastSeq();
  const hour = async () => {
    keyturn.clock.advance(60 * MINUTE);
    await takeDueCheckpoint(context, 5 * MINUTE);
  };
  for (let hours = 0; hours < 23; hours += 1) await hour();
  expect(context.store.committed.lastSeq()).toBe(before);
  await hour();
  expect(context.store.committed.entries(before + 1, 9).map(({ type }) => type)).toEqual(['log.heartbeat']);
  expect(context.store.committed.newestCheckpoint()?.size).toBe(before + 2);
});

it('covers its own end when it stops, and every later checkpoint is consistent with that', async () => {
  const keyturn = await startKeyturn();
  await submit(keyturn);
  const again = await keyturn.restart();
  const { committed } = again.keyturn.context.store;
  const [stopped] = committed.entries(0, 999).filter(({ type }) => type === 'log.stopped');
  const sizes = committed.checkpoints(0, 99).map(({ size }) => size);
  expect(sizes).toContain((stopped?.seq ?? 0) + 1);
  for (const { size, root } of committed.checkpoints(0, 99)) {
    expect(Buffer.from(committed.tree.root(size)).equals(root)).toBe(true);
  }
});
