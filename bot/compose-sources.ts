import { githubConnector } from '../connectors/github/connector.ts';
import { gitlabConnector } from '../connectors/gitlab/connector.ts';
import { type HttpApp, newHttpApp } from '../connectors/http/bindings.ts';
import type { Connector } from '../connectors/source/connector.ts';
import { sourceCourier } from '../connectors/source/courier.ts';
import { lookAfter } from '../connectors/source/look-after.ts';
import { deliveryRoute, type ReceiveOptions } from '../connectors/source/receive-delivery.ts';
import { terraformConnector } from '../connectors/terraform/connector.ts';
import type { Context } from './app/context.ts';
import { every } from './every.ts';
import type { SourceSettings } from './policy-file/source-settings.ts';
import type { Courier } from './ports/courier.ts';
import type { Logger } from './ports/logger.ts';
import type { Rulebook, SourceTrust } from './ports/rulebook.ts';

const LOOK_AFTER_MS = 60_000;

/** The sources that are set up, each by its connector. */
export function connectorsOf(
  { github, gitlab, terraform }: SourceSettings,
  rulebook: () => Rulebook,
  now: () => number,
): readonly Connector[] {
  const environmentOf = (claims: Readonly<Record<string, string>>) =>
    environmentIn(trustsOf(rulebook(), 'terraform'), claims);
  return [
    ...(github === null
      ? []
      : [
          githubConnector({
            ...github,
            repositories: () => placesOf(rulebook(), 'github', 'repository_id'),
            now,
          }),
        ]),
    ...(gitlab === null
      ? []
      : [gitlabConnector({ ...gitlab, projects: () => placesOf(rulebook(), 'gitlab', 'project_id') })]),
    ...(terraform === null ? [] : [terraformConnector({ ...terraform, environmentOf, now })]),
  ];
}

/** By what each client of this source is known. */
function trustsOf({ clients }: Rulebook, connector: string): readonly SourceTrust['claims'][] {
  return [...clients.values()].flatMap(({ source }) =>
    source?.connector === connector ? [source.claims] : [],
  );
}

function environmentIn(
  trusts: readonly SourceTrust['claims'][],
  claims: Readonly<Record<string, string>>,
): string | null {
  const ofOrganization = trusts.filter(({ organization }) => organization === claims['organization']);
  // A workspace that is named goes before all of an organization.
  const found =
    ofOrganization.find(({ workspace_id: named }) => named === claims['workspace_id']) ??
    ofOrganization.find(({ workspace_id: named }) => named === undefined);
  return found?.['environment'] ?? null;
}

/** Where to look for what waits. */
function placesOf(rulebook: Rulebook, connector: string, id: string) {
  return trustsOf(rulebook, connector).map((claims) => ({
    id: Number(claims[id]),
    environment: claims['environment'] ?? null,
  }));
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
