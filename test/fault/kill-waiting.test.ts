import { expect, it } from 'vitest';
import { tokenOf } from '../helpers/rulebook.ts';
import { aSubmission } from '../helpers/start-keyturn.ts';
import { type Server, World } from './world.ts';

interface Told {
  readonly seq: number;
  readonly type: string;
  readonly state: string;
}

/** Follows a request's events until the connection breaks or `enough` says so. */
async function follow(
  server: Server,
  id: string,
  after: number,
  enough: (told: Told) => boolean,
): Promise<Told[]> {
  const told: Told[] = [];
  const response = await fetch(`${server.url}/v1/requests/${id}/events`, {
    headers: { authorization: `Bearer ${tokenOf('carol')}`, 'last-event-id': String(after) },
  });
  let text = '';
  try {
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      for (;;) {
        const [, seq, type, data] = /^(?:: .*\n\n)*id: (\d+)\nevent: (.+)\ndata: (.+)\n\n/.exec(text) ?? [];
        if (seq === undefined || type === undefined || data === undefined) break;
        text = text.slice(text.indexOf(`data: ${data}\n\n`) + data.length + 8);
        told.push({ seq: Number(seq), type, state: (JSON.parse(data) as { state: string }).state });
        if (told.some(enough)) return told;
      }
    }
  } catch {
    // The server is gone; what it had told stands.
  }
  return told;
}

it('row 24: a long poll and an event stream that kill -9 broke go on where they were, with nothing left out', async () => {
  const world = new World();
  let server = await world.start();
  const { body } = await server.post('agent', '/v1/requests', aSubmission());
  const { id, action_digest } = body;
  const vote = { verdict: 'approve', action_digest };

  const broken = server.get('agent', `/v1/requests/${id}?wait=60&known=pending`).then(
    () => 'answered',
    () => 'broken',
  );
  const first = follow(server, id, -1, () => false);
  await server.get('bob', `/v1/requests/${id}/payload`);
  // The approval is on disk, and nobody was told of it: neither who gave it nor who waits for it.
  await server.arm({ name: 'after COMMIT', skip: 0 });
  await server.post('bob', `/v1/requests/${id}/reviews`, vote).catch(() => null);
  expect((await server.died()).point).toBe('after COMMIT');
  expect(await broken).toBe('broken');
  const heard = await first;
  expect(heard.map(({ type }) => type)).toEqual(['request.submitted', 'payload.viewed']);

  server = await world.start();
  expect((await server.get('agent', `/v1/requests/${id}?wait=60&known=pending`)).body.state).toBe('approved');
  const resumed = follow(server, id, heard.at(-1)?.seq ?? -1, ({ type }) => type === 'grant.issued');
  const wait = server.get('agent', `/v1/requests/${id}?wait=60&known=approved`);
  await server.post('agent', `/v1/requests/${id}/consume`, { action_digest });
  expect((await wait).body.state).toBe('executing');
  expect((await resumed).map(({ type }) => type)).toEqual([
    'review.recorded',
    'request.approved',
    'grant.issued',
  ]);
  await server.stop();
});
