import { authenticator } from '../connectors/api/authenticate.ts';
import { openApiDocument } from '../connectors/api/openapi.ts';
import { apiRoutes } from '../connectors/api/routes.ts';
import { httpApp, metricsRoute, mountedAt } from '../connectors/http/app.ts';
import { type HttpApp, newHttpApp } from '../connectors/http/bindings.ts';
import { createMetrics } from '../connectors/http/metrics.ts';
import { type Listening, listen } from '../connectors/http/server.ts';
import { startRelay } from '../queue/relay.ts';
import { faceCourier } from '../queue/relay-face.ts';
import { type Context, KEYTURN } from './app/context.ts';
import { cancelAbandoned, expireDue, forgetRepeats } from './app/expire-due.ts';
import { recordRefusedCalls } from './app/refuse-call.ts';
import { restoreCards } from './app/restore-cards.ts';
import { createDesk } from './commands/desk.ts';
import { KeyturnFault } from './core/fault.ts';
import { every } from './every.ts';
import { type Installation, type Machine, openContext } from './open-context.ts';
import { placesOf } from './places-of.ts';
import type { Courier } from './ports/courier.ts';
import type { Logger } from './ports/logger.ts';
import type { Messenger } from './ports/messenger.ts';
import { createRoom } from './room/app.ts';
import { openCodeFolder } from './room/code-folder.ts';
import { createFeed } from './room/feed.ts';
import { createLiveStreams } from './room/live.ts';
import { roomMessenger } from './room/messenger.ts';
import { SOFTWARE } from './software.ts';

interface Listen {
  readonly host: string;
  readonly port: number;
  readonly publicUrl: string | null;
}

export interface Config extends Installation {
  readonly listen: Listen;
  readonly admin: { readonly host: string; readonly port: number };
}

export interface Ports extends Machine {
  readonly logger: Logger;
  /** Places that are told of every change, such as the operator's log. */
  readonly couriers: (context: () => Context) => readonly Courier[];
  /** The faces where people decide. */
  readonly faces?: (context: () => Context) => readonly Messenger[];
  /** How long a caller may take to send a body. */
  readonly bodyWithinMs?: number;
}

export interface Keyturn {
  readonly context: Context;
  readonly port: number;
  /** Refuses new work, lets running answers finish, closes the store last. */
  stop(): Promise<void>;
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

/** The only place that names every adapter. Tests pass other ports; there is no other wiring. */
export async function compose(config: Config, ports: Ports): Promise<Keyturn> {
  const { logger, clock } = ports;
  const couriers = ports.couriers(() => context);
  const roomFace = roomMessenger((subject) => live.touch(subject));
  const faces = [roomFace, ...(ports.faces?.(() => context) ?? [])];
  const context = await openContext(config, ports, placesOf(couriers, faces));
  await restoreCards(context);
  const refusedCalls = recordRefusedCalls(context, () => clock.steady());
  const metrics = createMetrics(() => context.store.committed.countByState());
  const api = apiRoutes({
    context,
    authenticate: authenticator(context.rulebook),
    refusedCalls,
    logger,
    bodyWithinMs: ports.bodyWithinMs ?? 10_000,
  });
  const live = createLiveStreams(createFeed(context), context.watchers);
  const room = createRoom({
    context,
    desk: createDesk(context, refusedCalls),
    codes: openCodeFolder(config.dataDir, (count) => ports.random.bytes(count)),
    live,
    refusedCalls,
    logger,
  });
  const app = httpApp(
    api,
    { notReady: () => notReady(context), openApi: () => openApiDocument(SOFTWARE) },
    metrics,
  );
  const timers = [
    every(500, 'expire', () => expireDue(context), logger),
    every(5_000, 'abandoned', () => cancelAbandoned(context), logger),
    every(60_000, 'forget', () => forgetRepeats(context), logger),
  ];
  const posting = faces.map((face) => faceCourier(context, face));
  const relay = startRelay(context, [...couriers, ...posting], logger);

  // What only operators should see answers on loopback alone, also when the bot itself is public.
  const isPrivate = LOOPBACK.has(config.listen.host) && config.listen.publicUrl === null;
  const onLoopback = (listener: HttpApp) =>
    listener.route('/', metricsRoute(metrics)).route('/', mountedAt('/room', room));
  if (isPrivate) onLoopback(app);
  const listeners: Listening[] = [];
  const stop = async () => {
    live.stop();
    await Promise.all(listeners.map((listener) => listener.close(1_000)));
    await Promise.all(timers.map((stopTimer) => stopTimer()));
    await relay.stop();
    const at = context.time.now();
    try {
      await context.store.transact((tx) => void tx.append({ type: 'log.stopped' }, KEYTURN, at, null));
    } finally {
      context.store.close();
    }
  };
  try {
    listeners.push(await listen(app, config.listen));
    if (!isPrivate) listeners.push(await listenAdmin(config, onLoopback(newHttpApp())));
  } catch (cause) {
    await stop();
    const where = `${config.listen.host}:${config.listen.port}`;
    throw new KeyturnFault('CONFIG_INVALID', `cannot listen on ${where}: ${String(cause)}`, { cause });
  }
  return { context, port: listeners[0]?.port ?? config.listen.port, stop };
}

function listenAdmin(config: Config, app: HttpApp): Promise<Listening> {
  if (!LOOPBACK.has(config.admin.host)) {
    throw new KeyturnFault(
      'CONFIG_INVALID',
      `admin.host must be a loopback address, not ${config.admin.host}`,
    );
  }
  return listen(app, config.admin);
}

/** Ready means that the log can be written. After a refused write it is tried, for real. */
async function notReady(context: Context): Promise<string | null> {
  if (!context.store.lastWriteFailed()) return null;
  try {
    const at = context.time.now();
    await context.store.transact(
      (tx) => void tx.append({ type: 'storage.fault', code: 'FULL' }, KEYTURN, at, null),
    );
    return null;
  } catch {
    return 'the log cannot be written';
  }
}
