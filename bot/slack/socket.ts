import { type Receiver, type ReceiverEvent, SocketModeReceiver } from '@slack/bolt';
import type { Logger } from '../ports/logger.ts';
import { clientOptions, SILENT } from './web-api.ts';

/** A connection that has not said hello by then never will. */
const HELLO_WITHIN_MS = 20_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 60_000;

export interface SocketOptions {
  readonly appToken: string;
  readonly apiUrl: string | null;
  readonly deliver: (event: ReceiverEvent) => Promise<void>;
  readonly logger: Logger;
}

export interface SlackSocket extends Receiver {
  readonly isConnected: () => boolean;
}

/**
 * Socket Mode that comes back. The library's own reconnecting ends the process when Slack answers
 * with a 500 while it tries, so it is turned off, and this starts it again, for as long as we run.
 */
export function slackSocket({ appToken, apiUrl, deliver, logger }: SocketOptions): SlackSocket {
  const inner = new SocketModeReceiver({
    appToken,
    autoReconnectEnabled: false,
    logger: SILENT,
    installerOptions: { clientOptions: clientOptions(apiUrl) },
    // Not acked: Slack then brings it again.
    processEventErrorHandler: () => Promise.resolve(false),
  });
  // The receiver asks an app for nothing but this.
  inner.init({ processEvent: deliver } as Parameters<typeof inner.init>[0]);
  const { client } = inner;
  let stopped = false;
  let connected = false;
  let failures = 0;
  let wake: () => void = () => {};

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  /** One connection from beginning to end. */
  const connectOnce = async () => {
    let over: () => void = () => {};
    const ended = new Promise<void>((resolve) => {
      over = resolve;
      client.once('disconnected', resolve);
    });
    const late = setTimeout(() => void client.disconnect().catch(() => {}), HELLO_WITHIN_MS);
    try {
      await client.start();
    } catch (cause) {
      client.off('disconnected', over);
      throw cause;
    } finally {
      clearTimeout(late);
    }
    connected = true;
    failures = 0;
    logger.info('slack: connected', { mode: 'socket' });
    await ended;
    connected = false;
  };

  const keepConnected = async () => {
    while (!stopped) {
      try {
        await connectOnce();
      } catch (cause) {
        failures += 1;
        logger.warn('slack: not connected', { failures, cause: nameOf(cause) });
      }
      if (!stopped && failures > 0)
        await pause(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1)));
    }
  };
  let running: Promise<void> = Promise.resolve();
  return {
    isConnected: () => connected,
    init() {},
    start() {
      // Never awaited: while Slack is down everything else goes on.
      running = keepConnected();
      return Promise.resolve();
    },
    async stop() {
      stopped = true;
      wake();
      let giveUp: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        giveUp = setTimeout(resolve, 1_000);
      });
      await Promise.race([client.disconnect().then(() => running), late]).catch(() => {});
      clearTimeout(giveUp);
    },
  };
}

function nameOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'unknown';
  return 'code' in cause ? `${cause.name} ${String(cause.code)}` : cause.name;
}
