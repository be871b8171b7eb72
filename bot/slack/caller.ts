import type { PersonCaller } from '../app/context.ts';
import type { Answer, Desk } from '../commands/answer.ts';
import { type Account, NO_CALLER, type SlackDirectory } from './directory.ts';

interface Doors {
  readonly directory: SlackDirectory;
  readonly desk: Desk;
}

/**
 * Who this is, or the answer for somebody who may do nothing here. That is on record too, unless it
 * is Slack that cannot say who they are.
 */
export async function identified(
  { directory, desk }: Doors,
  account: Account,
  call: string,
  decides: boolean,
  newcomer: (source: string) => Promise<Answer | null> = async () => null,
): Promise<
  { readonly ok: true; readonly caller: PersonCaller } | { readonly ok: false; readonly answer: Answer }
> {
  const known = await directory.identify(account, decides);
  if (known.ok) return known;
  // A full member of this workspace, by Slack's own word, who is nobody in the policy yet.
  const welcome = known.why === 'unlinked' ? await newcomer(`slack:${known.account}`) : null;
  if (welcome !== null) return { ok: false, answer: welcome };
  if (known.why !== 'unavailable') await desk.stranger(`slack:${known.account}`, call);
  return { ok: false, answer: { kind: 'text', ok: false, lines: [[NO_CALLER[known.why]]], buttons: [] } };
}

export async function asPerson(
  doors: Doors,
  account: Account,
  call: string,
  decides: boolean,
  act: (caller: PersonCaller) => Promise<Answer>,
  newcomer?: (source: string) => Promise<Answer | null>,
): Promise<Answer> {
  const known = await identified(doors, account, call, decides, newcomer);
  return known.ok ? act(known.caller) : known.answer;
}
