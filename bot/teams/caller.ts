import type { PersonCaller } from '../app/context.ts';
import type { Answer, Desk } from '../commands/answer.ts';
import { text } from '../commands/answer.ts';
import { NO_CALLER, type TeamsDirectory } from './directory.ts';
import type { Activity } from './schema.ts';

export interface Doors {
  readonly directory: TeamsDirectory;
  readonly desk: Desk;
}

export interface Asked {
  readonly activity: Activity;
  /** For the record, when nobody may do it. */
  readonly call: string;
  readonly decides: boolean;
  readonly newcomer?: (source: string) => Promise<Answer | null>;
}

/**
 * As whoever did this, or the answer for somebody who may do nothing here. That is on record too,
 * unless it is Teams that cannot say who they are.
 */
export async function asPerson<T>(
  { directory, desk }: Doors,
  { activity, call, decides, newcomer }: Asked,
  act: (caller: PersonCaller) => Promise<T>,
): Promise<T | Answer> {
  const known = await directory.identify(activity, decides);
  if (known.ok) return act(known.caller);
  // A full member of this tenant, by Teams' own word, who is nobody in the policy yet.
  const welcome = known.why === 'unlinked' ? ((await newcomer?.(known.account)) ?? null) : null;
  if (welcome !== null) return welcome;
  if (known.why !== 'unavailable') await desk.stranger(known.account, call);
  return text(false, [[NO_CALLER[known.why]]]);
}
