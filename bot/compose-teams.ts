import type { HttpApp } from '../connectors/http/bindings.ts';
import { signedPost } from '../connectors/http/signed-post.ts';
import type { Context } from './app/context.ts';
import type { RefusedCalls } from './app/refuse-call.ts';
import type { Desk } from './commands/answer.ts';
import { KeyturnFault } from './core/fault.ts';
import type { PersonId } from './core/request.ts';
import type { Clock } from './ports/clock.ts';
import type { Logger } from './ports/logger.ts';
import type { Rulebook } from './ports/rulebook.ts';
import type { TeamsFace } from './teams/app.ts';
import type { TeamsSettings } from './teams/settings.ts';

const TEAMS_PATH = '/api/messages';
const MOST_ACTIVITY_BYTES = 256 * 1024;

export interface TeamsDeps {
  readonly context: () => Context;
  readonly desk: () => Desk;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Where this server listens. */
  readonly onLoopback: boolean;
}

/** Microsoft's libraries are loaded only where Teams is configured: they cost more than the rest together. */
export async function openTeams(settings: TeamsSettings, deps: TeamsDeps): Promise<TeamsFace> {
  const { context, desk, logger, clock, onLoopback } = deps;
  if (settings.appId === '') throw new KeyturnFault('CONFIG_INVALID', 'TEAMS_APP_ID is empty');
  if (settings.playground && !onLoopback)
    throw new KeyturnFault(
      'CONFIG_INVALID',
      'KEYTURN_TEAMS_PLAYGROUND is set, and this server listens for more than this machine: anybody could sign in as anybody',
    );
  const { teamsFace } = await import('./teams/app.ts');
  return teamsFace({
    settings,
    context,
    desk,
    logger,
    accountOf,
    mentions(group, not) {
      const { rulebook } = context();
      return rulebook.policy.members(group).flatMap((person) => {
        const account = not.has(person) ? null : accountOf(person, rulebook);
        const id = account?.split('/')[1];
        return id === undefined ? [] : [{ id, name: rulebook.people.get(person)?.name ?? '' }];
      });
    },
    steadyMs: () => clock.steady(),
    wallMs: () => clock.wall(),
  });
}

function accountOf(person: PersonId, { accounts }: Rulebook) {
  const held = [...accounts].find(([account, holder]) => holder === person && account.startsWith('teams:'));
  return held?.[0] ?? null;
}

export function teamsRoutes({ receive }: TeamsFace, refusedCalls: RefusedCalls, withinMs: number): HttpApp {
  return signedPost(TEAMS_PATH, {
    mostBytes: MOST_ACTIVITY_BYTES,
    withinMs,
    receive: ({ body, header }) => receive({ body, authorization: header('authorization') ?? '' }),
    unsigned: (source) => refusedCalls.unauthenticated(source, 'teams messages'),
  });
}
