import type { App, ReceiverEvent } from '@slack/bolt';
import type { ReceiveOnce } from '../app/receive-once.ts';
import type { Logger } from '../ports/logger.ts';
import { deliveryKey } from './delivery-key.ts';

/** Slack waits three seconds for an answer, and the way there and back takes some of it. */
const ACK_WITHIN_MS = 2_500;

/**
 * What both modes do with what comes in: once each, recorded before it is acked. An event that could
 * not be handled is not acked, so that Slack brings it again. A click cannot come again: it is acked
 * in time whatever happens, and answered by whoever handles it.
 */
export function deliverTo(
  app: () => Pick<App, 'processEvent'>,
  once: ReceiveOnce,
  logger: Logger,
): (event: ReceiverEvent) => Promise<void> {
  return async (event) => {
    const key = deliveryKey(event.body);
    if (key === null) {
      logger.warn('slack: something without an id came in', { type: kindOf(event) });
      return event.ack();
    }
    let acked = false;
    const ack = async (answer?: unknown) => {
      if (acked) return;
      acked = true;
      await event.ack(answer);
    };
    const isEvent = kindOf(event) === 'event_callback';
    // Bolt acks an event before anybody has looked at it.
    const held: ReceiverEvent = { ...event, ack: isEvent ? () => Promise.resolve() : ack };
    const late = isEvent ? undefined : setTimeout(() => void ack().catch(() => {}), ACK_WITHIN_MS);
    try {
      await once(key, () => app().processEvent(held));
      await ack();
    } catch (cause) {
      logger.error('slack: a delivery failed', { type: kindOf(event), cause: nameOf(cause) });
      if (!isEvent) await ack();
    } finally {
      clearTimeout(late);
    }
  };
}

function kindOf({ body }: ReceiverEvent): string {
  if (typeof body['command'] === 'string') return 'command';
  return typeof body['type'] === 'string' ? body['type'].slice(0, 40) : 'unknown';
}

function nameOf(cause: unknown): string {
  return cause instanceof Error ? cause.name : 'unknown';
}
