import { type Context, type PersonCaller, toRequestId } from '../app/context.ts';
import { peekPayload } from '../app/peek-payload.ts';
import type { AdaptiveCard } from '../cards/adaptive.ts';
import type { Answer, Click } from '../commands/answer.ts';
import type { ActionRequest } from '../core/request.ts';
import type { Verb } from '../views/button.ts';
import { linksOf, whyOf } from '../views/request-card.ts';
import { fieldsOf } from './actions.ts';
import { answerCard, plainCard } from './answer-card.ts';
import { asPerson, type Doors } from './caller.ts';
import { linesPerPage, pageCard } from './page-card.ts';
import { type Activity, BACK, ExecuteAction } from './schema.ts';
import { adoptCopy, standingCard } from './standing.ts';

export interface ClickParts extends Doors {
  readonly context: () => Context;
}

/** Verbs that only look. Everything else asks Teams again who this is. */
const LOOKS: ReadonlySet<string> = new Set<Verb | typeof BACK>(['view', 'show', 'next', BACK]);

/** One click on a button of ours. The card that is given back is for the clicker alone. */
export async function onClick(parts: ClickParts, activity: Activity): Promise<AdaptiveCard> {
  const read = ExecuteAction.safeParse(activity.value);
  if (!read.success) return plainCard(UNREADABLE);
  const { verb, data } = read.data.action;
  const { request, digest, page = 0 } = data;
  const asked = { activity, call: verb === BACK ? 'show' : verb, decides: !LOOKS.has(verb) };
  const card = await asPerson(parts, asked, async (caller): Promise<AdaptiveCard> => {
    if (verb === 'view') return fullView(parts, activity, caller, { request, page });
    if (verb === BACK) {
      const standing = standingCard(parts.context(), activity, request);
      const back: Answer =
        standing === null
          ? await parts.desk.click(caller, toClick('show', request, digest))
          : { kind: 'card', card: standing };
      return shown(parts, activity, request, back);
    }
    const click: Click = { verb, request, digest, fields: fieldsOf(verb, data) };
    return shown(parts, activity, request, await parts.desk.click(caller, click));
  });
  await adoptCopy(parts.context(), activity, request);
  return 'kind' in card ? shown(parts, activity, request, card) : card;
}

function toClick(verb: Verb, request: string, digest: string): Click {
  return { verb, request, digest, fields: {} };
}

function shown({ context }: ClickParts, activity: Activity, request: string, answer: Answer): AdaptiveCard {
  return answerCard(answer, answer.kind === 'text' ? standingCard(context(), activity, request) : null);
}

/** A page of the whole payload, or why there is none. */
async function fullView(
  parts: ClickParts,
  activity: Activity,
  caller: PersonCaller,
  { request, page }: { readonly request: string; readonly page: number },
): Promise<AdaptiveCard> {
  const peeked = await peekPayload(parts.context(), caller, toRequestId(request));
  // The desk says why not, and puts it on record.
  const lines = 'view' in peeked ? linesPerPage(peeked.view, ownWords(peeked.request)) : 1;
  const answer = await parts.desk.page(caller, request, { page, lines });
  return answer.kind === 'page' ? pageCard(answer) : shown(parts, activity, request, answer);
}

function ownWords(request: ActionRequest) {
  return { why: whyOf(request), links: linksOf(request) };
}

/** When our own side failed: nothing was done, and the clicker is told. */
export const FAILED = 'Keyturn could not do this. Nothing was done. Please try again.';

const UNREADABLE =
  'This button is from an older version of Keyturn, so nothing was done. Look for a newer card of the request.';

export const REPEATED = 'This click was answered before. Look at the card for what became of it.';
