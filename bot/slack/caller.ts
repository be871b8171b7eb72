import type { PersonCaller } from '../app/context.ts';
import type { Answer, Desk } from '../commands/answer.ts';
import { type Account, NO_CALLER, type SlackDirectory } from './directory.ts';

export type WithCaller = (caller: PersonCaller) => Promise<Answer>;

/**
 * Lets somebody act who is known, and answers everybody else by name. Refusing is on record too,
 * unless it is Slack that cannot say who they are.
 */
export async function asPerson(
  { directory, desk }: { readonly directory: SlackDirectory; readonly desk: Desk },
  account: Account,
  call: string,
  decides: boolean,
  act: WithCaller,
): Promise<Answer> {
  const known = await directory.identify(account, decides);
  if (known.ok) return act(known.caller);
  if (known.why !== 'unavailable') await desk.stranger(`slack:${known.account}`, call);
  return { kind: 'text', ok: false, lines: [[NO_CALLER[known.why]]], buttons: [] };
}
