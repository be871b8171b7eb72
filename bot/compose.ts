import { join } from 'node:path';
import { authenticator } from '../connectors/api/authenticate.ts';
import { openApiDocument } from '../connectors/api/openapi.ts';
import { apiRoutes } from '../connectors/api/routes.ts';
import { signedSubmission } from '../connectors/api/signed-submission.ts';
import { workerRoutes } from '../connectors/api/worker-routes.ts';
import { httpApp, metricsRoute, mountedAt } from '../connectors/http/app.ts';
import { type HttpApp, newHttpApp } from '../connectors/http/bindings.ts';
import { createMetrics } from '../connectors/http/metrics.ts';
import { type Listening, listen, listenAt } from '../connectors/http/server.ts';
import { operatorRoutes } from '../connectors/operator/routes.ts';
import type { Connector } from '../connectors/source/connector.ts';
import { outputFolder } from '../queue/executors/output-folder.ts';
import { startRelay } from '../queue/relay.ts';
import { relayEntries } from '../queue/relay-entries.ts';
import { faceCourier } from '../queue/relay-face.ts';
import { toOcsfLines } from '../store/audit/ocsf/lines.ts';
import { createExporter } from '../store/export/exporter.ts';
import { createLogChecker } from '../store/export/log-checker.ts';
import { anchorCourier } from './app/anchor-checkpoints.ts';
import type { Context } from './app/context.ts';
import { openEvents } from './app/event-courier.ts';
import { callerOfSession } from './app/open-session.ts';
import { recordRefusedCalls } from './app/refuse-call.ts';
import { restoreCards } from './app/restore-cards.ts';
import { takeDueCheckpoint } from './app/take-checkpoint.ts';
import { createWorkerDesk } from './app/worker-desk.ts';
import { closeLog } from './close-log.ts';
import type { Desk } from './commands/answer.ts';
import { createDesk } from './commands/desk.ts';
import { here, machineRoutes } from './compose-machines.ts';
import { openSlack, slackRoutes } from './compose-slack.ts';
import { connectorsOf, lookAfterSources, sourceCouriers, sourceRoutes } from './compose-sources.ts';
import { openTeams, teamsRoutes } from './compose-teams.ts';
import { KeyturnFault } from './core/fault.ts';
import { notReady } from './not-ready.ts';
import { contextOver, type Installation } from './open-context.ts';
import { type Machine, openLog } from './open-log.ts';
import { operatorSocket } from './operator-socket.ts';
import { placesOf } from './places-of.ts';
import type { SourceSettings } from './policy-file/source-settings.ts';
import type { Courier } from './ports/courier.ts';
import type { EventEndpoint } from './ports/event-endpoint.ts';
import type { EventSink } from './ports/event-sink.ts';
import type { Logger } from './ports/logger.ts';
import type { Messenger } from './ports/messenger.ts';
import { createReload, type Fixed, type Reload } from './reload.ts';
import { createRoom } from './room/app.ts';
import { openCodeFolder } from './room/code-folder.ts';
import { createFeed } from './room/feed.ts';
import { createLiveStreams } from './room/live.ts';
import { roomMessenger } from './room/messenger.ts';
import type { SlackSettings } from './slack/settings.ts';
import { BUNDLE_WORKER, readVerifier, SOFTWARE } from './software.ts';
import { outputDirOf, type QueueSettings, startExecution } from './start-execution.ts';
import { startTimers } from './start-timers.ts';
import type { TeamsSettings } from './teams/settings.ts';

interface Listen {
  readonly host: string;
  readonly port: number;
  readonly publicUrl: string | null;
}

export interface Config extends Installation {
  readonly queue: QueueSettings;
  readonly listen: Listen;
  readonly admin: { readonly host: string; readonly port: number };
  readonly fixed: Fixed;
  readonly slack?: SlackSettings | null;
  readonly teams?: TeamsSettings | null;
  /** Whether `/mcp` is there. */
  readonly mcp?: boolean;
  /** The sources that are set up. */
  readonly sources?: SourceSettings;
  /** How long the log stays, and where it goes after that. Left out, it stays. */
  readonly keeping?: { readonly retentionMs: number; readonly archiveDir: string };
}

export interface Ports extends Machine {
  readonly logger: Logger;
  /** Places that are told of every change, such as the operator's log. */
  readonly couriers: (context: () => Context) => readonly Courier[];
  /** The faces where people decide. */
  readonly faces?: (context: () => Context) => readonly Messenger[];
  /** Where every entry of the log is sent on to. */
  readonly sinks?: readonly EventSink[];
  /** Sources beside those of the config. */
  readonly connectors?: readonly Connector[];
  /** Who is told what becomes of requests. */
  readonly endpoints?: readonly EventEndpoint[];
  /** How long a caller may take to send a body. */
  readonly bodyWithinMs?: number;
}

export interface Keyturn {
  readonly context: Context;
  readonly desk: Desk;
  readonly port: number;
  readonly reload: Reload;
  /** Every address that the main listener answers at, for whoever checks them all. */
  readonly routes: readonly { readonly method: string; readonly path: string }[];
  /** Refuses new work, lets running answers finish, closes the store last. */
  stop(): Promise<void>;
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

/** The only place that names every adapter. Tests pass other ports; there is no other wiring. */
export async function compose(config: Config, ports: Ports): Promise<Keyturn> {
  const { logger, clock } = ports;
  const isPrivate = LOOPBACK.has(config.listen.host) && config.listen.publicUrl === null;
  // Before anything is opened: what is wrong with it stops the start.
  const teams =
    config.teams == null
      ? null
      : await openTeams(config.teams, {
          context: () => context,
          desk: () => desk,
          logger,
          clock,
          onLoopback: isPrivate,
        });
  const opened = await openLog(config, ports);
  const anchoring = anchorCourier(() => opened.log, opened.anchors, opened.health);
  const connectors = [
    ...(config.sources === undefined
      ? []
      : connectorsOf(
          config.sources,
          () => context.rulebook,
          () => clock.wall(),
        )),
    ...(ports.connectors ?? []),
  ];
  const events = openEvents(ports.endpoints ?? [], opened.log.store.committed, () => context);
  const couriers = [
    ...ports.couriers(() => context),
    anchoring,
    events.courier,
    ...sourceCouriers(() => context, connectors),
  ];
  const slack =
    config.slack == null
      ? null
      : await openSlack(config.slack, { context: () => context, desk: () => desk, logger, clock });
  const roomFace = roomMessenger((subject) => live.touch(subject));
  const faces = [
    roomFace,
    ...(slack === null ? [] : [slack.messenger]),
    ...(teams === null ? [] : [teams.messenger]),
    ...(ports.faces?.(() => context) ?? []),
  ];
  const directories = [
    ...(slack === null ? [] : [slack.directory]),
    ...(teams?.groups == null ? [] : [teams.groups]),
    ...(ports.directories ?? []),
  ];
  const places = placesOf(couriers, faces, events.takers);
  const context = await contextOver(config, opened, { ...ports, directories }, places);
  const { checkpointEveryMs } = config.audit;
  await restoreCards(context);
  await takeDueCheckpoint(context, checkpointEveryMs);
  const refusedCalls = recordRefusedCalls(context);
  const exporter = createExporter({
    database: join(config.dataDir, 'keyturn.db'),
    folder: config.dataDir,
    keys: { keyDir: config.keyDir, pem: config.audit.keys.grant },
    anchors: opened.anchors,
    verifier: readVerifier,
    worker: BUNDLE_WORKER,
    software: SOFTWARE,
    onFailed: (cause) => logger.warn('an export ended early', { cause: cause.message }),
  });
  const checker = createLogChecker({
    database: join(config.dataDir, 'keyturn.db'),
    anchors: opened.anchors,
    key: () => context.notary.keyFor(context.store.committed.tree.origin()),
    onBad: (why) => logger.error('the log does not verify', { why }),
  });
  const desk = createDesk(context, refusedCalls, { exporter, checker });
  const authenticate = authenticator(
    () => context.rulebook,
    (hash) => callerOfSession(context, hash),
  );
  const metrics = createMetrics(() => context.store.committed.countByState());
  const apiOptions = {
    context,
    authenticate,
    refusedCalls,
    exporter,
    logger,
    bodyWithinMs: ports.bodyWithinMs ?? 10_000,
  };
  const outputs = outputFolder(outputDirOf(config.dataDir));
  const workers = createWorkerDesk(context, outputs, () => clock.steady());
  const api = apiRoutes(apiOptions)
    .route('/', workerRoutes(apiOptions, { desk: workers, software: SOFTWARE }))
    .route('/', signedSubmission(apiOptions));
  const live = createLiveStreams(createFeed(context), context.watchers);
  const room = createRoom({
    context,
    desk,
    codes: openCodeFolder(config.dataDir, (count) => ports.random.bytes(count)),
    live,
    refusedCalls,
    logger,
  });
  const app = httpApp(
    api,
    {
      notReady: () => notReady(context),
      warnings: () => [...context.guard.warnings(), ...events.warnings()],
      openApi: () => openApiDocument(SOFTWARE),
    },
    metrics,
  );
  const timers = [
    ...startTimers(context, {
      checkpointEveryMs,
      keeping: config.keeping ?? null,
      exporter,
      outputs,
      logger,
    }),
    ...lookAfterSources(connectors, context, logger),
  ];
  const posting = faces.map((face) => faceCourier(context, face));
  const execution = await startExecution(context, config.queue, config.dataDir, ports);
  const relay = startRelay(context, [...couriers, ...posting], logger);
  const steady = () => clock.steady();
  const streams = relayEntries(context, ports.sinks ?? [], { toLines: toOcsfLines, logger, steady });

  // What only operators should see answers on loopback alone, also when the bot itself is public.
  const onLoopback = (listener: HttpApp) =>
    listener.route('/', metricsRoute(metrics)).route('/', mountedAt('/room', room));
  if (isPrivate) onLoopback(app);
  const listeners: Omit<Listening, 'port'>[] = [];
  let port = config.listen.port;
  const fromSlack = slack === null ? null : slackRoutes(slack, refusedCalls, ports.bodyWithinMs ?? 10_000);
  if (fromSlack !== null) app.route('/', fromSlack);
  if (teams !== null) app.route('/', teamsRoutes(teams, refusedCalls, ports.bodyWithinMs ?? 10_000));
  const forMachines = {
    context,
    authenticate,
    refusedCalls,
    logger,
    bodyWithinMs: ports.bodyWithinMs ?? 10_000,
  };
  app.route(
    '/',
    machineRoutes(forMachines, config.mcp === true ? () => here(config.listen.host, port) : null),
  );
  app.route('/', sourceRoutes(connectors, forMachines));
  const stop = async () => {
    await slack?.stop();
    live.stop();
    await Promise.all(listeners.map((listener) => listener.close(1_000)));
    await Promise.all(timers.map((stopTimer) => stopTimer()));
    await execution.stop();
    await Promise.all([relay.stop(), streams.stop()]);
    await closeLog(context, opened.anchors);
  };
  try {
    const main = await listen(app, config.listen);
    port = main.port;
    listeners.push(main);
    const socket = operatorSocket(config.dataDir);
    if (socket === null)
      logger.warn('data_dir is too long a path for a socket: keyturn people will not work');
    else
      listeners.push(
        await listenAt(
          operatorRoutes(context, () => notReady(context)),
          socket,
        ),
      );
    if (!isPrivate) listeners.push(await listenAdmin(config, onLoopback(newHttpApp())));
  } catch (cause) {
    await stop();
    const where = `${config.listen.host}:${config.listen.port}`;
    throw new KeyturnFault('CONFIG_INVALID', `cannot listen on ${where}: ${String(cause)}`, { cause });
  }
  // Never awaited: while Slack is down everything else goes on.
  slack?.start();
  const reload = createReload(context, config.fixed, logger);
  const routes = app.routes.map(({ method, path }) => ({ method, path }));
  return { context, desk, port, reload, routes, stop };
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
