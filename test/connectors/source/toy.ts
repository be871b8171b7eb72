import { createHmac, timingSafeEqual } from 'node:crypto';
import { json } from 'node:stream/consumers';
import type { ToHold } from '../../../bot/app/hold-for-source.ts';
import type { Connector, Parsed } from '../../../connectors/source/connector.ts';
import type { SourceDriver } from '../../conformance/connector.ts';
import { PlaceOfAFake } from '../../helpers/place-of-a-fake.ts';

const SECRET = 'the toy signs with this secret';
const CALLBACK_TOKEN = 'toy-callback-token-canary';

interface Message {
  readonly type: 'waits' | 'left' | 'ended';
  readonly name: string;
  readonly owner?: string;
  readonly author?: string;
}

/** A source of nothing but what the base needs: it signs, waits, and takes one word on each thing. */
export async function toySource({
  sweeps = true,
} = {}): Promise<SourceDriver & { comments(): readonly string[] }> {
  const waiting = new Map<string, Message>();
  const words: { name: string; verdict: string; comment: string }[] = [];
  let deliveries = 0;

  const place = new PlaceOfAFake(async (incoming, response) => {
    const said = (await json(incoming)) as { name: string; verdict: string; comment: string };
    const isOurs = incoming.headers.authorization === `Bearer ${CALLBACK_TOKEN}`;
    const status = !isOurs ? 401 : waiting.delete(said.name) ? 204 : 404;
    if (status === 204) words.push(said);
    response.writeHead(status).end();
  });
  await place.up();

  const sign = (message: Message) => {
    deliveries += 1;
    const body = Buffer.from(JSON.stringify(message));
    const signature = createHmac('sha256', SECRET).update(body).digest('hex');
    return { body, headers: { 'x-toy-signature': signature, 'x-toy-delivery': `d${deliveries}` } };
  };
  const toHold = ({ name, owner = 'acme', author }: Message): ToHold => ({
    claims: { owner },
    subject: `toy ${name}`,
    asker: name,
    submission: {
      action: 'db.migrate',
      target: { system: 'postgres', environment: 'prod', resource: 'orders' },
      reason: `the toy wants ${name}`,
      onBehalfOf: null,
      payload: { name },
      links: [],
      expiresInS: null,
      hold: 'poll',
    },
    identities: author === undefined ? [] : [{ account: author, because: 'wrote it' }],
    ref: { name },
    secrets: { token: CALLBACK_TOKEN },
  });
  const parse = (body: Uint8Array): Parsed => {
    const message = JSON.parse(Buffer.from(body).toString()) as Message;
    const subject = `toy ${message.name}`;
    if (message.type === 'waits') return { kind: 'hold', hold: toHold(message) };
    return message.type === 'left'
      ? { kind: 'gone', subject, why: 'it left' }
      : { kind: 'ended', subject, status: 'succeeded', detail: 'all well' };
  };
  const connector: Connector = {
    name: 'toy',
    mostBytes: 10_000,
    tellsOutcome: true,
    verify({ body, header }) {
      const given = Buffer.from(header('x-toy-signature') ?? '', 'hex');
      const wanted = createHmac('sha256', SECRET).update(body).digest();
      const isGenuine = given.length === wanted.length && timingSafeEqual(given, wanted);
      return isGenuine ? { id: header('x-toy-delivery') ?? '' } : null;
    },
    parse({ body }) {
      try {
        return parse(body);
      } catch {
        return { kind: 'unreadable', fields: [{ pointer: '', problem: 'is no message of the toy' }] };
      }
    },
    async release({ held, verdict, comment, secrets }, _isRepeat, signal) {
      const { name } = JSON.parse(held.ref) as { name: string };
      const response = await fetch(`${place.url}/words`, {
        method: 'POST',
        headers: { authorization: `Bearer ${secrets['token']}` },
        body: JSON.stringify({ name, verdict, comment }),
        signal,
      });
      if (response.status === 404)
        return words.some((one) => one.name === name && one.verdict === verdict)
          ? { is: 'told' }
          : { is: 'gone', why: 'the toy does not wait any more' };
      if (!response.ok) throw new Error(`the toy said ${response.status}`);
      return { is: 'told' };
    },
    ...(sweeps ? { reconcile: async () => [...waiting.values()].map(toHold) } : {}),
  };
  return {
    connector,
    source: { connector: 'toy', claims: { owner: 'acme' }, trust: 'f'.repeat(64) },
    secrets: [SECRET, CALLBACK_TOKEN],
    waits(name, { owner, author } = {}) {
      const message: Message = {
        type: 'waits',
        name,
        ...(owner === undefined ? {} : { owner }),
        ...(author === undefined ? {} : { author }),
      };
      waiting.set(name, message);
      return sign(message);
    },
    leaves(name) {
      waiting.delete(name);
      return sign({ type: 'left', name });
    },
    ends: (name) => sign({ type: 'ended', name }),
    words: () => words.map(({ name, verdict }) => ({ name, verdict })),
    comments: () => words.map(({ comment }) => comment),
    up: () => place.up(),
    down: () => place.down(),
  };
}

/** What a delivery of it asks to hold. */
export function toHoldOf(
  { parse }: Pick<Connector, 'parse'>,
  { body, headers }: { readonly body: Uint8Array; readonly headers: Readonly<Record<string, string>> },
): ToHold {
  const parsed = parse({ body, header: (name) => headers[name], at: 0 });
  if (parsed.kind !== 'hold') throw new Error(parsed.kind);
  return parsed.hold;
}
