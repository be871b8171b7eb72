import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { takeCheckpoint, takeDueCheckpoint } from '../../../bot/app/take-checkpoint.ts';
import { fileAnchor } from '../../../store/anchors/file-anchor.ts';
import { webhookAnchor } from '../../../store/anchors/webhook-anchor.ts';
import { findNotes } from '../../../store/audit/find-notes.ts';
import { MINUTE, readLog, submit } from '../../connectors/api/world.ts';
import { startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';

const never = new AbortController().signal;

function aFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'keyturn-anchor-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

const typesOf = async (keyturn: TestKeyturn, type: string) =>
  (await readLog(keyturn)).filter((entry) => entry.type === type);

/** A chat that takes one webhook, and answers what the test says. */
async function aChat() {
  const heard: string[] = [];
  const chat = { status: 200, heard };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      heard.push(body);
      response.writeHead(chat.status, { location: '/elsewhere' }).end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  return { chat, heard, url };
}

it('keeps every checkpoint in a file, once, also after an earlier line was cut off', async () => {
  const path = join(aFolder(), 'notes');
  const anchor = fileAnchor('file-1', path);
  writeFileSync(path, 'test/log/1\n12\nhalf a ro');
  await anchor.publish('first\n', never);
  await anchor.publish('first\n', never);
  await anchor.publish('second\n', never);
  expect(readFileSync(path, 'utf8')).toBe('test/log/1\n12\nhalf a ro\nfirst\n\nsecond\n\n');
});

it('makes no folder up where a mount is missing', async () => {
  const anchor = fileAnchor('file-1', join(aFolder(), 'mount', 'notes'));
  await expect(anchor.publish('first\n', never)).rejects.toThrow('ENOENT');
});

it('sends a webhook one text, and follows it nowhere else', async () => {
  const { chat, heard, url } = await aChat();
  const anchor = webhookAnchor('webhook-1', 'HOOK', url);
  await anchor.publish('note\n', never);
  expect(JSON.parse(heard[0] ?? '')).toEqual({ text: 'Keyturn checkpoint\n```\nnote\n```' });
  for (const status of [301, 404, 500]) {
    chat.status = status;
    await expect(anchor.publish('note\n', never)).rejects.toThrow();
  }
  expect(heard).toHaveLength(4);
});

it('shows each checkpoint to every anchor, says so in the log, and signs no more for that', async () => {
  const { heard, url } = await aChat();
  const path = join(aFolder(), 'notes');
  const anchors = [
    { kind: 'file', path },
    { kind: 'webhook', variable: 'HOOK', url },
  ] as const;
  const keyturn = await startKeyturn({}, { audit: { anchors } });
  await submit(keyturn);
  const { context } = keyturn.keyturn;
  const taken = await takeCheckpoint(context);
  await vi.waitFor(async () => {
    const last = (await typesOf(keyturn, 'audit.anchored')).filter(({ data }) => data.size === taken?.size);
    expect(last.map(({ data }) => data.anchor).sort()).toEqual(['file-1', 'webhook-2']);
  });
  const inFile = findNotes(readFileSync(path, 'utf8')).notes.map(({ note }) => note);
  expect(inFile.at(-1)).toBe(taken?.note);
  expect(findNotes(JSON.parse(heard.at(-1) ?? '').text).notes.at(-1)?.note).toBe(taken?.note);

  // Only what anchoring wrote has come since: reading the log is an entry of its own, so look beside it.
  await takeCheckpoint(context);
  await vi.waitFor(() => expect(context.store.committed.notices(9)).toEqual([]));
  const { lastSeq, newestCheckpoint } = context.store.committed;
  const [size, seq] = [newestCheckpoint()?.size, lastSeq()];
  for (let minutes = 0; minutes < 60; minutes += 5) {
    keyturn.clock.advance(5 * MINUTE);
    await takeDueCheckpoint(context, 5 * MINUTE);
  }
  expect([newestCheckpoint()?.size, lastSeq()]).toEqual([size, seq]);
});

it('goes on deciding while an anchor is down, says so once, and brings the newest when it is back', async () => {
  const { chat, heard, url } = await aChat();
  chat.status = 500;
  const keyturn = await startKeyturn(
    {},
    { audit: { anchors: [{ kind: 'webhook', variable: 'HOOK', url }] } },
  );
  const { context } = keyturn.keyturn;
  await vi.waitFor(async () => expect(await typesOf(keyturn, 'audit.anchor_failed')).toHaveLength(1));
  await submit(keyturn);
  const last = await takeCheckpoint(context);
  const ready = await keyturn.get('agent', '/readyz');
  expect([ready.status, ready.body.warnings]).toEqual([
    200,
    ['the anchor webhook-1 cannot be reached or is empty'],
  ]);
  expect(ready.text).not.toContain(url);

  chat.status = 200;
  const failed = heard.length;
  keyturn.clock.advance(120 * MINUTE);
  await vi.waitFor(() => expect(context.store.committed.notices(9)).toEqual([]), { timeout: 5_000 });
  const sent = heard.slice(failed).flatMap((body) => findNotes(JSON.parse(body).text).notes);
  expect(sent.map(({ size }) => size)).toEqual([last?.size]);
  expect(await typesOf(keyturn, 'audit.anchor_failed')).toHaveLength(1);
  expect((await keyturn.get('agent', '/readyz')).body).toEqual({ status: 'ready' });
});

it('warns where no anchor is configured, and where a file is gone that should hold something', async () => {
  const none = await startKeyturn();
  expect((await none.get('agent', '/readyz')).body.warnings).toEqual([
    'no anchor is configured: nothing outside shows a cut log',
  ]);
  const folder = join(aFolder(), 'mount');
  mkdirSync(folder);
  const path = join(folder, 'notes');
  const keyturn = await startKeyturn({}, { audit: { anchors: [{ kind: 'file', path }] } });
  await keyturn.stop();
  rmSync(folder, { recursive: true });
  const again = await keyturn.restart();
  expect((await again.get('agent', '/readyz')).body).toEqual({
    status: 'ready',
    warnings: ['the anchor file-1 cannot be reached or is empty'],
  });
});

it('passes over what somebody else wrote into the file', async () => {
  const path = join(aFolder(), 'notes');
  const keyturn = await startKeyturn({}, { audit: { anchors: [{ kind: 'file', path }] } });
  await keyturn.stop();
  const root = Buffer.alloc(32).toString('base64');
  appendFileSync(path, `test/log/1\n999999\n${root}\n\n— test/log/1 AAAAAAAAAAAA\n`);
  appendFileSync(path, 'other/log/1\n5\nnot a root\n\n— x y\n');
  const again = await keyturn.restart();
  expect((await again.get('agent', '/readyz')).status).toBe(200);
});
