import type { PersonCaller } from '../app/context.ts';
import { explainRequest } from '../app/explain-request.ts';
import type { PersonId, RequestId } from '../core/request.ts';
import { requestLines } from '../views/explanation.ts';
import { said } from '../views/words.ts';
import { type Answer, text } from './answer.ts';
import type { Means } from './means.ts';
import { refused } from './refused.ts';

/** Which rules the request met and why, who may fill which seat, who is excluded and by what. */
export async function explain(means: Means, caller: PersonCaller, id: RequestId): Promise<Answer> {
  const { context } = means;
  const explained = await explainRequest(context, caller, id);
  if (!explained.ok) return refused(means, caller, id, explained);
  const nameOf = (person: PersonId) =>
    context.rulebook.people.get(person)?.key ?? context.store.committed.keyOf(person) ?? person;
  const lines = requestLines(explained.explanation, explained.request, context.rulebook, nameOf);
  // Rules and names are the policy's words, and the asker's stand among them: none of it is markup.
  return text(
    true,
    lines.filter((line) => line !== '').map((line) => [said(line)]),
  );
}
