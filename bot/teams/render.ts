import type { Context } from '../app/context.ts';
import { type Look, lookAt } from '../app/look-at-request.ts';
import { toldEntry } from '../app/told-entry.ts';
import { type AdaptiveCard, adaptiveCard } from '../cards/adaptive.ts';
import { container, type Element, richText } from '../cards/text.ts';
import type { PersonId, RequestId } from '../core/request.ts';
import type { Postable } from '../ports/messenger.ts';
import { cutText, cutWords } from '../views/cut.ts';
import { digestCard } from '../views/digest-card.ts';
import { directMessage } from '../views/direct-message.ts';
import { requestCard } from '../views/request-card.ts';
import { threadLine } from '../views/thread-line.ts';
import type { Untrusted, Words } from '../views/words.ts';
import { digestMessage } from './answer-card.ts';
import { firstThatFits, fitCard } from './fit.ts';
import { type Called, mentioning } from './mentions.ts';

/** Whom a thread line calls on: the people of a group who may decide. */
export type Mentions = (group: string, not: ReadonlySet<PersonId>) => readonly Called[];

export interface Rendered {
  /** For notifications: what it is about, and nothing that anybody could have written. */
  readonly summary: string;
  readonly card: AdaptiveCard;
}

const EACH = [1_500, 500, 100, 12] as const;
const OUTPUT = 4_000;

/** What is true now, as Teams shows it. Null when there is nothing to say any more. */
export function render(context: Context, mentions: Mentions, notice: Postable): Rendered | null {
  if (notice.kind === 'digest') {
    const looks = context.store.committed
      .digested(notice.digest)
      .flatMap((id: RequestId) => lookAt(context, id) ?? []);
    return {
      summary: `${looks.length} requests came at once`,
      card: digestMessage(digestCard(notice.digest, looks)),
    };
  }
  const look = lookAt(context, notice.request);
  if (look === null) return null;
  const { number, state } = look.request;
  if (notice.kind === 'card')
    return { summary: `Request ${number}: ${state}`, card: fitCard(requestCard(look)) };
  const entry = toldEntry(context.store.committed, notice.seq);
  if (entry === null) return null;
  const summary = `Request ${number}`;
  if (notice.kind === 'direct') {
    const { lines, output } = directMessage(entry, look);
    return { summary, card: linesCard(lines.slice(0, 10), output) };
  }
  const told = threadLine(entry, look);
  if (told === null) return null;
  return {
    summary,
    card: mentioning(linesCard([told.words], told.output), calledOn(look, told.mentions, mentions)),
  };
}

function calledOn({ request }: Look, groups: readonly string[], mentions: Mentions): readonly Called[] {
  const { demands, reviews, brokenGlass } = request;
  const done = reviews.filter((review) => !review.void).map(({ person }) => person);
  const breaker = brokenGlass === null ? [] : [brokenGlass.person];
  // Who may not decide, and who did all that they can.
  const excluded = new Set([...demands.exclusions.map(({ person }) => person), ...done, ...breaker]);
  const all = groups.flatMap((group) => mentions(group, excluded));
  // Who is in two of the groups is called once.
  return [...new Map(all.map((one) => [one.id, one])).values()].slice(0, 20);
}

function linesCard(lines: readonly Words[], output: Untrusted | null): AdaptiveCard {
  return firstThatFits(EACH, (each) =>
    adaptiveCard([
      ...lines.map((words): Element => richText(cutWords(words, each))),
      output === null
        ? null
        : container('output', 'emphasis', [
            richText([{ untrusted: cutText(output.untrusted, Math.min(OUTPUT, each * 3)) }], {
              size: 'Small',
            }),
          ]),
    ]),
  );
}
