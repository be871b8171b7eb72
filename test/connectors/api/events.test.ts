import { expect, it } from 'vitest';
import type { Caller } from '../../../bot/app/context.ts';
import { createEventStreams } from '../../../connectors/api/events.ts';
import { tokenOf, type Who } from '../../helpers/rulebook.ts';
import { startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';
import {
  comment,
  consume,
  expectProblem,
  readLog,
  report,
  review,
  seeAndApprove,
  storyOf,
  submit,
} from './world.ts';

interface Sent {
  readonly id: number;
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: a request, as the wire says it
  readonly data: any;
}

interface Stream {
  readonly response: Response;
  next(): Promise<Sent | null>;
  /** Events up to and with the first of this type. */
  until(event: string): Promise<readonly Sent[]>;
  close(): void;
}

async function open(keyturn: TestKeyturn, who: Who, id: string, lastEventId?: string): Promise<Stream> {
  const stop = new AbortController();
  const headers: Record<string, string> = { authorization: `Bearer ${tokenOf(who)}` };
  if (lastEventId !== undefined) headers['last-event-id'] = lastEventId;
  const response = await fetch(`${keyturn.url}/v1/requests/${id}/events`, { headers, signal: stop.signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const next = async (): Promise<Sent | null> => {
    for (;;) {
      const end = text.indexOf('\n\n');
      const block = text.slice(0, end);
      if (end >= 0) text = text.slice(end + 2);
      if (end >= 0 && !block.startsWith(':')) return parse(block);
      if (end >= 0) continue;
      const chunk = await reader?.read();
      if (chunk === undefined || chunk.done) return null;
      text += chunk.value;
    }
  };
  return {
    response,
    next,
    async until(event) {
      const sent: Sent[] = [];
      for (;;) {
        const one = await next();
        if (one === null) throw new Error(`the stream ended before ${event}`);
        sent.push(one);
        if (one.event === event) return sent;
      }
    },
    close: () => stop.abort(),
  };
}

function parse(block: string): Sent {
  const fields = new Map(
    block.split('\n').map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]),
  );
  return {
    id: Number(fields.get('id')),
    event: fields.get('event') ?? '',
    data: JSON.parse(fields.get('data') ?? 'null'),
  };
}

it('sends what happened and what happens, each with its sequence number, its entry type and the request', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn);
  const stream = await open(keyturn, 'bob', request.id);
  expect(stream.response.headers.get('content-type')).toBe('text/event-stream');
  expect(stream.response.headers.get('cache-control')).toBe('no-store');
  expect(await stream.next()).toMatchObject({ event: 'request.submitted', data: { id: request.id } });

  await seeAndApprove(keyturn, 'bob', request);
  const { nonce } = (await consume(keyturn, request)).body;
  await report(keyturn, { id: request.id, nonce });
  const sent = await stream.until('execution.succeeded');
  expect(sent.map(({ event }) => event)).toEqual([
    'payload.viewed',
    'review.recorded',
    'request.approved',
    'grant.issued',
    'execution.succeeded',
  ]);
  expect(sent.at(-1)?.data).toMatchObject({ state: 'succeeded', reviews: [{ person: 'bob' }] });
  const log = await readLog(keyturn);
  for (const { id, event } of sent) expect(log[id]).toMatchObject({ seq: id, type: event });
  stream.close();
});

it('goes on after the last id that the reader names', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn);
  await seeAndApprove(keyturn, 'bob', request);
  const first = await open(keyturn, 'bob', request.id);
  const [, viewed] = await first.until('request.approved');
  first.close();
  await comment(keyturn, 'bob', 'revoke', request);
  const second = await open(keyturn, 'bob', request.id, String(viewed?.id));
  const rest = await second.until('request.revoked');
  expect(rest.map(({ event }) => event)).toEqual(['review.recorded', 'request.approved', 'request.revoked']);
  second.close();
});

it('sends many events in order, without a gap and none twice', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn);
  for (let times = 0; times < 120; times += 1) await review(keyturn, 'dora', request, 'approve');
  await review(keyturn, 'bob', request, 'reject');
  const stream = await open(keyturn, 'bob', request.id);
  const sent = await stream.until('request.rejected');
  expect(sent.map(({ event }) => event)).toEqual(await storyOf(keyturn, request));
  stream.close();
});

it('tells a client neither who reviewed nor that anybody looked', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn, { action: 'db.export' });
  const stream = await open(keyturn, 'agent', request.id);
  await seeAndApprove(keyturn, 'bob', request, { comment: 'looks-fine-to-me' });
  await review(keyturn, 'carol', request, 'approve');
  await review(keyturn, 'carol', request, 'flag', { comment: 'odd-odd' });
  const sent = await stream.until('request.flagged');
  expect(sent.map(({ event }) => event)).toEqual(['request.submitted', 'request.flagged']);
  expect(JSON.stringify(sent)).not.toMatch(/bob|carol|looks-fine|odd-odd|policy|seats|reviews/);
  stream.close();
});

it('counts an open stream of the requester as waiting', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn, { hold: 'wait' });
  const stream = await open(keyturn, 'agent', request.id);
  await stream.next();
  const { presence } = keyturn.keyturn.context;
  keyturn.clock.advance(600_000);
  expect(presence.isGone(request.id)).toBe(false);
  stream.close();
  // Gone once the server has noticed, and two minutes more.
  while (!presence.isGone(request.id)) {
    await new Promise((resolve) => setImmediate(resolve));
    keyturn.clock.advance(1000);
  }
});

it.each([
  ['agent', 'x', 'INVALID'],
  ['agent', '-2', 'INVALID'],
  ['agent', '1.5', 'INVALID'],
  ['ci', '0', 'NOT_FOUND'],
  ['eve', '0', 'NOT_FOUND'],
] as const)('answers %s with Last-Event-ID %s by %s', async (who, last, code) => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn);
  const headers = { 'last-event-id': last };
  expectProblem(await keyturn.get(who, `/v1/requests/${request.id}/events`, headers), code);
});

it('ends the stream of somebody who may not read any more', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn);
  const stream = await open(keyturn, 'bob', request.id);
  await stream.next();
  const { people } = keyturn.keyturn.context.rulebook;
  const bob = [...people.values()].find(({ key }) => key === 'bob');
  if (bob === undefined) throw new Error('no bob');
  (people as Map<unknown, unknown>).set(bob.id, { ...bob, groups: [] });
  await review(keyturn, 'dora', request, 'reject');
  expect(await stream.next()).toBeNull();
});

it('opens no more streams than it can serve, and gives a place back when its reader goes', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn);
  const { context } = keyturn.keyturn;
  const client = {
    kind: 'client',
    client: 'agent',
    clientKind: 'agent',
    owner: 'x',
    account: 'x',
    verifiedBy: 'token',
  };
  const caller = { actor: client, id: 'agent', key: 'agent' } as unknown as Caller;
  const streams = createEventStreams(context);
  const readers = Array.from({ length: 1000 }, () => new AbortController());
  for (const { signal } of readers) expect(streams.stream(caller, request.id, -1, signal)).not.toBeNull();
  const late = new AbortController();
  expect(streams.stream(caller, request.id, -1, late.signal)).toBeNull();
  for (const reader of readers) reader.abort();
  expect(streams.stream(caller, request.id, -1, late.signal)?.status).toBe(200);
  late.abort();
});
