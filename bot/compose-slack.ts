import type { HttpApp } from '../connectors/http/bindings.ts';
import { signedPost } from '../connectors/http/signed-post.ts';
import type { Context } from './app/context.ts';
import type { RefusedCalls } from './app/refuse-call.ts';
import type { Desk } from './commands/answer.ts';
import { toAccount } from './core/identity.ts';
import type { PersonId } from './core/request.ts';
import type { Clock } from './ports/clock.ts';
import type { Logger } from './ports/logger.ts';
import type { SlackFace } from './slack/app.ts';
import type { SlackSettings } from './slack/settings.ts';

const SLACK_PATH = '/slack/events';
/** A page of a payload comes back with every click in it, written as a form: three letters for one. */
const MOST_EVENT_BYTES = 1024 * 1024;
/** More names than this are noise; then the user group is called, where there is one. */
const MOST_CALLED = 10;

export interface SlackDeps {
  readonly context: () => Context;
  readonly desk: () => Desk;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Bolt and what it needs is loaded only where Slack is configured. */
export async function openSlack(settings: SlackSettings, deps: SlackDeps): Promise<SlackFace> {
  const { slackFace } = await import('./slack/app.ts');
  const { context, desk, logger, clock } = deps;
  const accountOf = (person: PersonId) => {
    const held = [...context().rulebook.accounts].find(
      ([account, holder]) => holder === person && account.startsWith('slack:'),
    );
    return held === undefined ? null : held[0].slice('slack:'.length);
  };
  return slackFace({
    settings,
    context,
    desk,
    logger,
    people: {
      personWith(account) {
        const { accounts, people } = context().rulebook;
        const holder = accounts.get(toAccount('slack', account));
        return holder === undefined ? null : (people.get(holder) ?? null);
      },
      accountOf,
      isAuditor: (person) => context().rulebook.auditors.has(person),
    },
    mentions: (group, not) => {
      const { policy, externalGroups } = context().rulebook;
      const users = policy.members(group).flatMap((person) => {
        const user = not.has(person) ? undefined : accountOf(person)?.split('/')[1];
        return user === undefined ? [] : [{ type: 'user', user_id: user } as const];
      });
      // One by one: a group's mention would also ring for who may not decide on this request.
      if (users.length <= MOST_CALLED) return users;
      const source = externalGroups.get(group)?.find(({ kind }) => kind === 'slack_usergroup');
      return source === undefined
        ? users.slice(0, MOST_CALLED)
        : [{ type: 'usergroup', usergroup_id: source.id } as const];
    },
    steadyMs: () => clock.steady(),
    wallMs: () => clock.wall(),
  });
}

/** Where Slack posts, in HTTP mode; null in Socket Mode, where nobody can post anything. */
export function slackRoutes(
  { receive }: SlackFace,
  refusedCalls: RefusedCalls,
  withinMs: number,
): HttpApp | null {
  if (receive === null) return null;
  return signedPost(SLACK_PATH, {
    mostBytes: MOST_EVENT_BYTES,
    withinMs,
    receive: ({ body, header }) =>
      receive({
        body,
        contentType: header('content-type') ?? '',
        timestamp: header('x-slack-request-timestamp'),
        signature: header('x-slack-signature'),
        retryNum: header('x-slack-retry-num'),
        retryReason: header('x-slack-retry-reason'),
      }),
    unsigned: (source) => refusedCalls.unauthenticated(source, 'slack events'),
  });
}
