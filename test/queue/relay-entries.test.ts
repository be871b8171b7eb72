import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { EventSink } from '../../bot/ports/event-sink.ts';
import { fileSink } from '../../queue/sinks/file.ts';
import { webhookSink } from '../../queue/sinks/webhook.ts';
import { aSubmission, startKeyturn, type TestKeyturn } from '../helpers/start-keyturn.ts';

function aFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'keyturn-stream-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Somebody's collector: it can refuse, hang and redirect, and keeps what it took. */
async function aCollector() {
  const took: string[] = [];
  const sizes: number[] = [];
  let answer: (nth: number) => number | 'hang' = () => 204;
  let calls = 0;
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      calls += 1;
      const status = answer(calls);
      if (status === 'hang') return;
      const body = Buffer.concat(parts);
      sizes.push(body.length);
      if (status === 204) took.push(...body.toString('utf8').trimEnd().split('\n'));
      response.writeHead(status, status === 307 ? { location: '/elsewhere' } : {}).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/collect?token=canary-token-in-url`,
    took,
    sizes,
    calls: () => calls,
    answers(next: typeof answer) {
      answer = next;
    },
  };
}

const seqsOf = (lines: readonly string[]) =>
  lines.map((line) => (JSON.parse(line) as { metadata: { sequence: number } }).metadata.sequence);
const upTo = (last: number) => Array.from({ length: last + 1 }, (_, seq) => seq);
const lastSeq = ({ keyturn }: TestKeyturn) => keyturn.context.store.committed.lastSeq();
const linesIn = (file: string) => readFileSync(file, 'utf8').trimEnd().split('\n');

/** Until what is true: the stream looks once a second, and time that backs off goes on meanwhile. */
async function until(keyturn: TestKeyturn, isSo: () => boolean): Promise<void> {
  await vi.waitFor(
    () => {
      keyturn.clock.advance(1_000);
      expect(isSo()).toBe(true);
    },
    { timeout: 25_000, interval: 100 },
  );
}

const start = (...sinks: readonly EventSink[]) => startKeyturn({}, { ports: { sinks } });
const isCaughtUp = (keyturn: TestKeyturn, sink: EventSink) =>
  keyturn.keyturn.context.store.committed.streamPosition(sink.name)?.seq === lastSeq(keyturn);

it('sends every entry once and in order to a file that only its owner can read, and goes on after a restart', async () => {
  const file = join(aFolder(), 'events.jsonl');
  const sink = fileSink(file);
  const keyturn = await start(sink);
  await keyturn.post('agent', '/v1/requests', aSubmission());
  await until(keyturn, () => isCaughtUp(keyturn, sink));
  expect(seqsOf(linesIn(file))).toEqual(upTo(lastSeq(keyturn)));
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const again = await keyturn.restart();
  await until(again, () => isCaughtUp(again, sink));
  expect(seqsOf(linesIn(file))).toEqual(upTo(lastSeq(again)));
});

it('sends to each sink at its own pace, and decides while one of them is down', async () => {
  const [down, up] = [await aCollector(), await aCollector()];
  down.answers(() => 503);
  const sinks = [webhookSink('DOWN', down.url), webhookSink('UP', up.url)] as const;
  const keyturn = await start(...sinks);
  const answer = await keyturn.post('agent', '/v1/requests', aSubmission());
  expect(answer.status).toBe(201);
  await until(keyturn, () => isCaughtUp(keyturn, sinks[1]) && down.calls() > 2);
  expect(down.took).toEqual([]);
  down.answers(() => 204);
  await until(keyturn, () => isCaughtUp(keyturn, sinks[0]));
  expect(seqsOf(down.took)).toEqual(upTo(lastSeq(keyturn)));
  expect(down.took).toEqual(up.took);
});

it('answers a submission at once while a sink takes the bytes and says nothing', async () => {
  const silent = await aCollector();
  silent.answers(() => 'hang');
  const keyturn = await start(webhookSink('SILENT', silent.url));
  await vi.waitFor(() => expect(silent.calls()).toBe(1), { timeout: 10_000 });
  const began = performance.now();
  expect((await keyturn.post('agent', '/v1/requests', aSubmission())).status).toBe(201);
  await keyturn.stop();
  expect(performance.now() - began).toBeLessThan(5_000);
});

it('waits longer after each failure, and says which sink stands still and not where it is', async () => {
  const collector = await aCollector();
  collector.answers(() => 500);
  const warned: { fields: Readonly<Record<string, unknown>> | undefined }[] = [];
  const logger = {
    info: () => {},
    error: () => {},
    warn: (_: string, fields?: Readonly<Record<string, unknown>>) => void warned.push({ fields }),
  };
  const sink = webhookSink('AUDIT_WEBHOOK', collector.url);
  const keyturn = await startKeyturn({}, { ports: { sinks: [sink], logger } });
  await until(keyturn, () => warned.length >= 5);
  const waits = warned.map(({ fields }) => Number(fields?.['waitMs']));
  expect(waits[0]).toBeLessThanOrEqual(1_000);
  expect(waits[4]).toBeGreaterThanOrEqual(8_000);
  expect(warned[0]?.fields).toMatchObject({ sink: 'webhook:AUDIT_WEBHOOK', cause: 'Error: it answered 500' });
  expect(JSON.stringify(warned)).not.toContain('canary-token-in-url');
});

it('does not follow a redirect, and names no address when nothing listens', async () => {
  const collector = await aCollector();
  collector.answers(() => 307);
  const send = (url: string) => webhookSink('X', url).send(['{}'], AbortSignal.timeout(5_000));
  await expect(send(collector.url)).rejects.toThrow('it answered 307');
  expect(collector.calls()).toBe(1);
  await expect(send('http://127.0.0.1:1/?token=canary')).rejects.toThrow(
    /^no answer: (ECONNREFUSED|TypeError)$/,
  );
});

it('sends again what a sink took before the position was kept, as the very same lines', async () => {
  const took: string[] = [];
  let failed = 0;
  const sink: EventSink = {
    name: 'test',
    async send(lines) {
      took.push(...lines);
      // It has them, and this process never learns it: as when it is killed right here.
      if (failed === 0) {
        failed += 1;
        throw new Error('cut off');
      }
    },
  };
  const keyturn = await start(sink);
  await until(keyturn, () => isCaughtUp(keyturn, sink));
  const seqs = seqsOf(took);
  const first = seqs.lastIndexOf(0);
  expect(first).toBeGreaterThan(0);
  expect(took.slice(first, 2 * first)).toEqual(took.slice(0, first));
  expect(seqs.slice(first)).toEqual(upTo(lastSeq(keyturn)));
});

it('sends at most 200 entries and 1 MiB at a time', async () => {
  const sizes: number[] = [];
  const sink: EventSink = { name: 'test', send: async (lines) => void sizes.push(lines.length) };
  const collector = await aCollector();
  const webhook = webhookSink('X', collector.url);
  const keyturn = await startKeyturn({
    limits: { openPerRequester: 'unlimited', newPerMinute: 'unlimited' },
  });
  for (let nth = 0; nth < 10; nth += 1) {
    const many = Array.from({ length: 30 }, (_, index) =>
      keyturn.post('agent', '/v1/requests', aSubmission({ payload: { nth, index } })),
    );
    await Promise.all(many);
  }
  await keyturn.stop();
  const dir = join(keyturn.dataDir, '..');
  const again = await startKeyturn({}, { dir, ports: { sinks: [sink, webhook] } });
  await until(again, () => isCaughtUp(again, sink) && isCaughtUp(again, webhook));
  expect(Math.max(...sizes)).toBe(200);
  expect(Math.max(...collector.sizes)).toBeLessThanOrEqual(1024 * 1024);
  rmSync(dir, { recursive: true, force: true });
});

it('begins a new line after one that was cut off, so that only the torn one is lost', async () => {
  const file = join(aFolder(), 'events.jsonl');
  writeFileSync(file, '{"whole":1}\n{"torn":');
  await fileSink(file).send(['{"next":1}', '{"next":2}'], AbortSignal.timeout(1_000));
  expect(readFileSync(file, 'utf8')).toBe('{"whole":1}\n{"torn":\n{"next":1}\n{"next":2}\n');
});

it('writes through no link that somebody put in the place of the file', async () => {
  const dir = aFolder();
  writeFileSync(join(dir, 'other'), '');
  symlinkSync(join(dir, 'other'), join(dir, 'events.jsonl'));
  const send = fileSink(join(dir, 'events.jsonl')).send(['{}'], AbortSignal.timeout(1_000));
  await expect(send).rejects.toThrow(/ELOOP/);
});
