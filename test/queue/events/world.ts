import { Webhook } from 'standardwebhooks';
import { expect } from 'vitest';
import { addressDigest, OUTBOUND_TYPES, type OutboundType } from '../../../bot/core/outbound-event.ts';
import type { EventEndpoint } from '../../../bot/ports/event-endpoint.ts';
import { httpEndpoint } from '../../../queue/events/endpoint.ts';
import { allowedBy } from '../../../queue/executors/addresses.ts';
import { webhookSigner } from '../../../queue/executors/standard-webhook.ts';
import { aSubmission, startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';
import { until } from '../../helpers/until.ts';
import type { Post, WebhookTarget } from '../../helpers/webhook-target.ts';

export const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** The product's own endpoint. It signs with real time, since the other side looks at its own clock. */
export function endpointAt(
  url: string,
  { name = 'billing', types = OUTBOUND_TYPES }: { name?: string; types?: readonly OutboundType[] } = {},
): EventEndpoint {
  return httpEndpoint(
    {
      name,
      url,
      address: addressDigest(url),
      types: new Set(types),
      signers: [webhookSigner(SECRET)],
    },
    { wall: Date.now, addressRule: allowedBy(['127.0.0.0/8']), withinMs: 2_000 },
  );
}

export const startTelling = (...endpoints: readonly EventEndpoint[]) =>
  startKeyturn({}, { ports: { endpoints } });

export async function submit(keyturn: TestKeyturn, statement: string, changes: Record<string, unknown> = {}) {
  const payload = { kind: 'sql', statement };
  const answer = await keyturn.post('agent', '/v1/requests', aSubmission({ payload, ...changes }));
  expect(answer.status).toBe(201);
  return answer.body;
}

/** The first `count` posts there, each signed by us. */
export async function told(target: WebhookTarget, count: number): Promise<readonly Post[]> {
  await until(
    () => (target.posts.length >= count ? true : null),
    () => target.posts.map(({ json }) => json),
  );
  const posts = target.posts.slice(0, count);
  for (const { body, headers } of posts) new Webhook(SECRET).verify(body, headers);
  return posts;
}

/** What the events there say happened: type, the entry's type, and the state after it. */
export const said = (posts: readonly Post[]) =>
  posts.map(({ json }) => [json.type, json.data.entry.type, json.data.request.state]);

export const waiting = ({ keyturn }: TestKeyturn) => keyturn.context.store.committed.notices(1_000);

export async function drained(keyturn: TestKeyturn): Promise<void> {
  await until(
    () => (waiting(keyturn).length === 0 ? true : null),
    () => waiting(keyturn),
  );
}

/** The newest entry that a message was given up. */
export function givenUp({ keyturn }: TestKeyturn): { readonly place: string; readonly why: string } | null {
  const { committed } = keyturn.context.store;
  const entries = committed.entries(0, 10_000).filter(({ type }) => type === 'notification.failed');
  const last = entries.at(-1);
  if (last === undefined) return null;
  const { data } = JSON.parse(Buffer.from(last.bytes).toString()) as { data: { place: string } };
  return { place: data.place, why: committed.textsOf(last.seq)['why'] ?? '' };
}
