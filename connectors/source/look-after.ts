import type { Context } from '../../bot/app/context.ts';
import { dropUnlessTaken, leaveHeld, openSecrets } from '../../bot/app/release-held.ts';
import type { Logger } from '../../bot/ports/logger.ts';
import type { Connector } from './connector.ts';
import { hold } from './receive-delivery.ts';

const MOST_HELD = 1_000;
const WITHIN_MS = 30_000;

/** Once a minute: tells a source that we still think, and finds what waits there and was never delivered. */
export async function lookAfter(connector: Connector, context: Context, logger: Logger): Promise<void> {
  const { committed } = context.store;
  if (connector.heartbeat !== undefined) {
    for (const { subject } of committed.stillHeld(connector.name, MOST_HELD)) {
      // Read anew: while others were told, this one may have been let go.
      const held = committed.held(connector.name, subject);
      if (held?.status !== 'held') continue;
      // One that fails must not keep the others from being heard of.
      try {
        const signal = AbortSignal.timeout(WITHIN_MS);
        const is = await connector.heartbeat(held, openSecrets(context, held), signal);
        if (is === 'ticket') await dropUnlessTaken(context, held);
        const isStillHeld = committed.held(connector.name, subject)?.status === 'held';
        if (is === 'gone' && isStillHeld) await leaveHeld(context, held, 'its source does not wait any more');
      } catch (cause) {
        logger.warn('a source did not take a heartbeat', {
          connector: connector.name,
          cause: nameOf(cause),
        });
      }
    }
  }
  const waiting = (await connector.reconcile?.(AbortSignal.timeout(WITHIN_MS))) ?? [];
  for (const one of waiting) {
    const known = committed.held(connector.name, one.subject);
    if (known !== null && known.status !== 'over') continue;
    try {
      await hold(connector, context, logger, one);
    } catch (cause) {
      logger.warn('what waits at a source was not held', {
        connector: connector.name,
        cause: nameOf(cause),
      });
    }
  }
}

function nameOf(cause: unknown): string {
  return cause instanceof Error ? cause.name : 'unknown';
}
