import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Released } from '../../bot/ports/home.ts';
import { OutputFile } from '../../queue/executors/output.ts';
import { bringing, type Send } from '../../queue/workshop-bring.ts';

const rest = () => new Promise<void>((resolve) => setImmediate(resolve));

/** What a try prints here, and what comes of it on the other side, one part after the other. */
function aSink(answer: (offset: number, bytes: Uint8Array, call: number) => ReturnType<Send>) {
  const path = join(mkdtempSync(join(tmpdir(), 'keyturn-bring-')), 'one.log');
  const calls: number[] = [];
  let isAtIt = false;
  const send: Send = async (_claimed, offset, bytes) => {
    expect(isAtIt).toBe(false);
    isAtIt = true;
    calls.push(offset);
    await rest();
    isAtIt = false;
    return await answer(offset, bytes, calls.length);
  };
  const sink = bringing(send, rest)({} as Released, new OutputFile(path, []), path);
  return { sink, calls, path };
}

const KiB = 1024;

it('all of what was printed is brought, in parts, and is kept here no longer', async () => {
  const parts: Buffer[] = [];
  const { sink, path } = aSink(async (offset, bytes) => {
    expect(offset).toBe(Buffer.concat(parts).length);
    parts.push(Buffer.from(bytes));
    return offset + bytes.length;
  });
  const text = 'x'.repeat(250 * KiB);
  sink.write(Buffer.from(text));
  expect(await sink.close()).toMatchObject({ bytes: text.length, isCut: false });
  expect(Buffer.concat(parts).toString()).toBe(text);
  expect(Math.max(...parts.map(({ length }) => length))).toBeLessThanOrEqual(128 * KiB);
  expect(existsSync(path)).toBe(false);
});

it('what the other side has already is not brought again, and what it lacks is', async () => {
  const { sink, calls } = aSink(async (offset, bytes, call) => (call === 1 ? 3 : offset + bytes.length));
  sink.write(Buffer.from('0123456789'));
  await sink.close();
  expect(calls).toEqual([0, 3]);
});

it('what is not wanted any more is brought no further, and its end is told', async () => {
  const { sink, calls, path } = aSink(async () => null);
  sink.write(Buffer.from('0123456789'));
  expect(await sink.close()).toMatchObject({ tail: '0123456789', bytes: 10 });
  expect([calls.length, existsSync(path)]).toEqual([1, false]);
});

it('a part that nobody takes is sent again, and so often at most', async () => {
  let isAway = true;
  const there = aSink(async (offset, bytes) => {
    if (isAway) throw new Error('nobody answers');
    return offset + bytes.length;
  });
  there.sink.write(Buffer.from('0123456789'));
  await expect.poll(() => there.calls.length).toBeGreaterThan(2);
  isAway = false;
  expect(await there.sink.close()).toMatchObject({ bytes: 10 });

  const gone = aSink(() => Promise.reject(new Error('nobody answers')));
  gone.sink.write(Buffer.from('0123456789'));
  expect(await gone.sink.close()).toMatchObject({ bytes: 10 });
  expect(gone.calls.length).toBeLessThanOrEqual(12);
  expect(existsSync(gone.path)).toBe(false);
});

it('whoever takes a part and keeps nothing of it is not sent it for ever', async () => {
  const { sink, calls } = aSink(async (offset) => offset);
  sink.write(Buffer.from('0123456789'));
  expect(await sink.close()).toMatchObject({ bytes: 10 });
  expect(calls).toEqual([0, 0, 0, 0]);
});

it('what is printed while a part is on its way goes with the next, also at the end', async () => {
  const { sink, calls } = aSink(async (offset, bytes) => offset + bytes.length);
  sink.write(Buffer.from('one'));
  await rest();
  sink.write(Buffer.from('two'));
  expect(await sink.close()).toMatchObject({ bytes: 6 });
  expect(calls).toEqual([0, 3]);
});
