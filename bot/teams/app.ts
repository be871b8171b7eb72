import type { Context } from '../app/context.ts';
import { receiveOnce } from '../app/receive-once.ts';
import type { Desk } from '../commands/answer.ts';
import type { Account } from '../core/identity.ts';
import type { PersonId } from '../core/request.ts';
import type { Directory } from '../ports/directory.ts';
import type { Logger } from '../ports/logger.ts';
import type { Messenger } from '../ports/messenger.ts';
import type { Rulebook } from '../ports/rulebook.ts';
import { botKeys } from './bot-keys.ts';
import { onClick } from './clicks.ts';
import { connector } from './connector.ts';
import { teamsConversations } from './conversations.ts';
import { teamsDirectory } from './directory.ts';
import { endpointsOf } from './endpoints.ts';
import { entraGroups, GRAPH } from './entra-groups.ts';
import { onFileConsent } from './files.ts';
import { FACE, teamsMessenger } from './messenger.ts';
import { createOffers } from './offers.ts';
import { createPace } from './pace.ts';
import { createPerhapsSent } from './perhaps-sent.ts';
import { type Receive, receiver } from './receive.ts';
import type { Mentions } from './render.ts';
import { loadSdk } from './sdk.ts';
import type { TeamsSettings } from './settings.ts';
import { CONNECTOR, tokenSource } from './token.ts';
import { onMessage } from './typed.ts';
import { tokenCheck } from './verify-token.ts';

export interface TeamsParts {
  readonly settings: TeamsSettings;
  readonly context: () => Context;
  readonly desk: () => Desk;
  readonly accountOf: (person: PersonId, rulebook: Rulebook) => Account | null;
  readonly mentions: Mentions;
  readonly logger: Logger;
  /** Never goes back; in milliseconds. */
  readonly steadyMs: () => number;
  readonly wallMs: () => number;
}

export interface TeamsFace {
  readonly messenger: Messenger;
  /** Groups of Entra; null in the playground, which has none. */
  readonly groups: Directory | null;
  /** Where the one port hands over what comes to `/api/messages`. */
  readonly receive: Receive;
}

/** Wires the libraries to the desk, and nothing else. It does no I/O. */
export function teamsFace(parts: TeamsParts): TeamsFace {
  const { settings, context, logger, steadyMs, wallMs, accountOf, mentions } = parts;
  const { appId, tenantId, playground } = settings;
  const endpoints = endpointsOf(settings);
  const keys = botKeys(endpoints, steadyMs, (cause) =>
    logger.error('teams: the keys of Microsoft could not be read', { cause: String(cause) }),
  );
  const tokens = playground ? null : tokenSource(settings, endpoints, CONNECTOR, steadyMs);
  const api = connector({ endpoints, tokens, pace: createPace(steadyMs) });
  const conversations = teamsConversations(api, endpoints, settings, context);
  const directory = teamsDirectory({ connector: api, tenantId, context, now: steadyMs, playground });
  const desk: Desk = {
    click: (caller, click) => parts.desk().click(caller, click),
    type: (caller, line) => parts.desk().type(caller, line),
    page: (caller, request, at) => parts.desk().page(caller, request, at),
    newcomer: (source, line) => parts.desk().newcomer(source, line),
    stranger: (source, call) => parts.desk().stranger(source, call),
  };
  const offers = createOffers(() => context().random, steadyMs);
  const shared = { directory, desk, context, connector: api, tenantId, logger, offers };
  let received: ReturnType<typeof receiveOnce> | null = null;
  return {
    messenger: teamsMessenger({
      connector: api,
      conversations,
      perhaps: createPerhapsSent(steadyMs),
      context,
      mentions,
      accountOf,
      logger,
    }),
    groups: playground
      ? null
      : entraGroups({ endpoints, tokens: tokenSource(settings, endpoints, GRAPH, steadyMs), tenantId }),
    receive: receiver({
      sdk: loadSdk(),
      isSigned: playground ? null : tokenCheck({ appId, keys, now: wallMs }),
      endpoints,
      tenantId,
      once: (delivery, work) => {
        received ??= receiveOnce(context(), FACE);
        return received(delivery, work);
      },
      conversations,
      logger,
      onClick: (activity) => onClick({ directory, desk, context }, activity),
      onFileConsent: (activity) => onFileConsent({ ...shared, endpoints }, activity),
      onMessage: (activity) => onMessage({ ...shared, conversations }, activity),
    }),
  };
}
