import { gitlabConnector } from '../connectors/gitlab/connector.ts';
import { type HttpApp, newHttpApp } from '../connectors/http/bindings.ts';
import type { Connector } from '../connectors/source/connector.ts';
import { sourceCourier } from '../connectors/source/courier.ts';
import { lookAfter } from '../connectors/source/look-after.ts';
import { deliveryRoute, type ReceiveOptions } from '../connectors/source/receive-delivery.ts';
import type { Context } from './app/context.ts';
import { every } from './every.ts';
import type { SourceSettings } from './policy-file/source-settings.ts';
import type { Courier } from './ports/courier.ts';
import type { Logger } from './ports/logger.ts';
import type { Rulebook } from './ports/rulebook.ts';

const LOOK_AFTER_MS = 60_000;

/** The sources that are set up, each by its connector. */
export function connectorsOf({ gitlab }: SourceSettings, rulebook: () => Rulebook): readonly Connector[] {
  return gitlab === null ? [] : [gitlabConnector({ ...gitlab, projects: () => projectsOf(rulebook()) })];
}

function projectsOf({ clients }: Rulebook) {
  return [...clients.values()].flatMap(({ source }) =>
    source?.connector === 'gitlab'
      ? [{ id: Number(source.claims['project_id']), environment: source.claims['environment'] ?? null }]
      : [],
  );
}

export function sourceCouriers(context: () => Context, connectors: readonly Connector[]): readonly Courier[] {
  return connectors.map((connector) => sourceCourier(context, connector));
}

/** Where sources post, each at its own path. */
export function sourceRoutes(connectors: readonly Connector[], options: ReceiveOptions): HttpApp {
  const app = newHttpApp();
  for (const connector of connectors) app.route('/', deliveryRoute(connector, options));
  return app;
}

export function lookAfterSources(
  connectors: readonly Connector[],
  context: Context,
  logger: Logger,
): readonly (() => Promise<void>)[] {
  return connectors.map((connector) =>
    every(LOOK_AFTER_MS, `look after ${connector.name}`, () => lookAfter(connector, context, logger), logger),
  );
}
