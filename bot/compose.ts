import { authenticator } from '../connectors/api/authenticate.ts';
import { openApiDocument } from '../connectors/api/openapi.ts';
import { apiRoutes } from '../connectors/api/routes.ts';
import { httpApp, metricsRoute } from '../connectors/http/app.ts';
import { createMetrics } from '../connectors/http/metrics.ts';
import { type Listening, listen, listenAt } from '../connectors/http/server.ts';
import { operatorRoutes } from '../connectors/operator/routes.ts';
import { startRelay } from '../queue/relay.ts';
import { faceCourier } from '../queue/relay-face.ts';
import { type Context, KEYTURN } from './app/context.ts';
import { cancelAbandoned, expireDue, forgetRepeats } from './app/expire-due.ts';
import { meetPolicy } from './app/meet-policy.ts';
import { recordRefusedCalls } from './app/refuse-call.ts';
import { restoreCards } from './app/restore-cards.ts';
import { createDesk } from './commands/desk.ts';
import { openSlack, slackRoutes } from './compose-slack.ts';
import { KeyturnFault } from './core/fault.ts';
import { every } from './every.ts';
import { type Installation, type Machine, openContext } from './open-context.ts';
import { operatorSocket } from './operator-socket.ts';
import { placesOf } from './places-of.ts';
import type { Courier } from './ports/courier.ts';
import type { Logger } from './ports/logger.ts';
import type { Messenger } from './ports/messenger.ts';
import { createReload, type Fixed, type Reload } from './reload.ts';
import type { SlackSettings } from './slack/settings.ts';
import { SOFTWARE } from './software.ts';

interface Listen {
  readonly host: string;
  readonly port: number;
  readonly publicUrl: string | null;
}

export interface Config extends Installation {
  readonly listen: Listen;
  readonly admin: { readonly host: string; readonly port: number };
  readonly fixed: Fixed;
  readonly slack?: SlackSettings | null;
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
  readonly reload: Reload;
  /** Refuses new work, lets running answers finish, closes the store last. */
  stop(): Promise<void>;
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

/** The only place that names every adapter. Tests pass other ports; there is no other wiring. */
export async function compose(config: Config, ports: Ports): Promise<Keyturn> {
  const { logger, clock } = ports;
  const couriers = ports.couriers(() => context);
  const slack =
    config.slack == null
      ? null
      : await openSlack(config.slack, { context: () => context, desk: () => desk, logger, clock });
  const faces = [...(slack === null ? [] : [slack.messenger]), ...(ports.faces?.(() => context) ?? [])];
  const directories = [...(slack === null ? [] : [slack.directory]), ...(ports.directories ?? [])];
  const context = await openContext(config, { ...ports, directories }, placesOf(couriers, faces));
  await restoreCards(context);
  const refusedCalls = recordRefusedCalls(context, () => clock.steady());
  const desk = createDesk(context, refusedCalls);
  const metrics = createMetrics(() => context.store.committed.countByState());
  const api = apiRoutes({
    context,
    authenticate: authenticator(() => context.rulebook),
    refusedCalls,
    logger,
    bodyWithinMs: ports.bodyWithinMs ?? 10_000,
  });
  const app = httpApp(
    api,
    { notReady: () => notReady(context), openApi: () => openApiDocument(SOFTWARE) },
    metrics,
  );
  const timers = [
    every(500, 'expire', () => expireDue(context), logger),
    every(500, 'meet the policy', () => meetPolicy(context), logger),
    every(5_000, 'abandoned', () => cancelAbandoned(context), logger),
    every(60_000, 'forget', () => forgetRepeats(context), logger),
  ];
  const posting = faces.map((face) => faceCourier(context, face));
  const relay = startRelay(context, [...couriers, ...posting], logger);

  // What only operators should see answers on loopback alone, also when the bot itself is public.
  const isPrivate = LOOPBACK.has(config.listen.host) && config.listen.publicUrl === null;
  if (isPrivate) app.route('/', metricsRoute(metrics));
  const listeners: Omit<Listening, 'port'>[] = [];
  let port = config.listen.port;
  const fromSlack = slack === null ? null : slackRoutes(slack, refusedCalls, ports.bodyWithinMs ?? 10_000);
  if (fromSlack !== null) app.route('/', fromSlack);
  const stop = async () => {
    await slack?.stop();
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
    const main = await listen(app, config.listen);
    port = main.port;
    listeners.push(main);
    const socket = operatorSocket(config.dataDir);
    if (socket === null)
      logger.warn('data_dir is too long a path for a socket: keyturn people will not work');
    else listeners.push(await listenAt(operatorRoutes(context), socket));
    if (!isPrivate) listeners.push(await listenAdmin(config, metrics));
  } catch (cause) {
    await stop();
    const where = `${config.listen.host}:${config.listen.port}`;
    throw new KeyturnFault('CONFIG_INVALID', `cannot listen on ${where}: ${String(cause)}`, { cause });
  }
  // Never awaited: while Slack is down everything else goes on.
  slack?.start();
  const reload = createReload(context, config.fixed, logger);
  return { context, port, reload, stop };
}

function listenAdmin(config: Config, metrics: ReturnType<typeof createMetrics>): Promise<Listening> {
  if (!LOOPBACK.has(config.admin.host)) {
    throw new KeyturnFault(
      'CONFIG_INVALID',
      `admin.host must be a loopback address, not ${config.admin.host}`,
    );
  }
  return listen(metricsRoute(metrics), config.admin);
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
