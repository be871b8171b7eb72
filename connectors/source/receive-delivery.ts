import type { Context } from '../../bot/app/context.ts';
import { holdForSource, type ToHold } from '../../bot/app/hold-for-source.ts';
import { type ReceiveOnce, receiveOnce } from '../../bot/app/receive-once.ts';
import type { RefusedCalls } from '../../bot/app/refuse-call.ts';
import { endHeld, leaveHeld } from '../../bot/app/release-held.ts';
import { type Refusal, refuse } from '../../bot/core/refusal.ts';
import type { Logger } from '../../bot/ports/logger.ts';
import { refusalText } from '../../bot/views/refusals.ts';
import type { HttpApp } from '../http/bindings.ts';
import { jsonAnswer } from '../http/json-answer.ts';
import { problem } from '../http/problem.ts';
import { signedPost } from '../http/signed-post.ts';
import type { Connector, Delivery } from './connector.ts';

/** Sources give up after ten seconds. */
const ENRICH_WITHIN_MS = 7_000;

export interface ReceiveOptions {
  readonly context: Context;
  readonly refusedCalls: RefusedCalls;
  readonly logger: Logger;
  readonly bodyWithinMs: number;
}

/** `POST /webhooks/<name>`: what a source has signed, each delivery once. */
export function deliveryRoute(connector: Connector, options: ReceiveOptions): HttpApp {
  const { context, refusedCalls, bodyWithinMs: withinMs } = options;
  const { name, mostBytes } = connector;
  const once = receiveOnce(context, `webhook:${name}`);
  return signedPost(`/webhooks/${name}`, {
    mostBytes,
    withinMs,
    receive: ({ body, header }) =>
      receive(connector, options, once, { body, header, at: context.time.now() }),
    unsigned: (source) => refusedCalls.unauthenticated(source, `webhook ${name}`),
  });
}

async function receive(
  connector: Connector,
  options: ReceiveOptions,
  once: ReceiveOnce,
  delivery: Delivery,
): Promise<Response | null> {
  const { logger } = options;
  const known = connector.verify(delivery);
  if (known === null) return null;
  let refused: Refusal | null = null;
  try {
    await once(known.id, async () => {
      refused = await handle(connector, options, delivery);
      // What may pass next time was not handled yet.
      if (refused !== null) throw new Refused();
    });
  } catch (cause) {
    if (refused !== null) return problem(refused);
    logger.error('a delivery was not handled', { connector: connector.name, cause: nameOf(cause) });
    return problem(refuse('UNAVAILABLE'));
  }
  return jsonAnswer({ received: true });
}

class Refused extends Error {}

async function handle(
  connector: Connector,
  { context, logger }: ReceiveOptions,
  delivery: Delivery,
): Promise<Refusal | null> {
  const parsed = connector.parse(delivery);
  switch (parsed.kind) {
    case 'nothing':
      return null;
    case 'unreadable':
      logger.warn('a delivery could not be read', {
        connector: connector.name,
        fields: parsed.fields.map(({ pointer }) => pointer).join(' '),
      });
      return refuse('INVALID', { fields: parsed.fields });
    case 'gone':
      for (const one of namedBy(context, connector.name, parsed.subject))
        await leaveHeld(context, one, parsed.why);
      return null;
    case 'ended': {
      const { subject, status, detail } = parsed;
      for (const one of namedBy(context, connector.name, subject))
        await endHeld(context, one, { status, detail });
      return null;
    }
    case 'hold':
      return hold(connector, context, logger, parsed.hold);
  }
}

function namedBy({ store }: Context, connector: string, subject: string) {
  return subject.endsWith('/') ? store.committed.heldUnder(connector, subject) : [{ connector, subject }];
}

/** Asks the source what only it knows, and holds it. What the policy refuses, the source is told at once. */
export async function hold(
  connector: Connector,
  context: Context,
  logger: Logger,
  asked: ToHold,
): Promise<Refusal | null> {
  const signal = AbortSignal.timeout(ENRICH_WITHIN_MS);
  const whole = connector.enrich === undefined ? asked : await connector.enrich(asked, signal);
  if (whole === null) return null;
  const result = await holdForSource(context, connector.name, whole);
  if (result.ok) return null;
  logger.warn('what a source holds was refused', { connector: connector.name, code: result.code });
  await refuseThere(connector, context, whole, result, signal);
  return result;
}

/** Nothing is held here, so nothing else will ever tell it. It stays shut there in any case. */
async function refuseThere(
  connector: Connector,
  context: Context,
  { subject, ref, secrets }: ToHold,
  refusal: Refusal,
  signal: AbortSignal,
): Promise<void> {
  const held = {
    connector: connector.name,
    subject,
    request: '' as never,
    account: '',
    ref: JSON.stringify(ref),
    sealed: null,
    status: 'held',
    at: context.time.now(),
  } as const;
  const comment = `Keyturn: ${refusalText(refusal)}`;
  await connector
    .release({ held, verdict: 'reject', comment, secrets }, false, signal)
    .catch(() => undefined);
}

/** The kind of fault: what a source or its API said may hold anything. */
function nameOf(cause: unknown): string {
  return cause instanceof Error ? cause.name : 'unknown';
}
