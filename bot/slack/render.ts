import type { KnownBlock, RichTextElement } from '@slack/types';
import type { Context } from '../app/context.ts';
import { type Look, lookAt } from '../app/look-at-request.ts';
import { toldEntry } from '../app/told-entry.ts';
import type { PersonId, RequestId } from '../core/request.ts';
import type { Postable } from '../ports/messenger.ts';
import type { DirectNotice, ThreadNotice } from '../ports/notice.ts';
import { cutText, cutWords } from '../views/cut.ts';
import { digestCard } from '../views/digest-card.ts';
import { directMessage } from '../views/direct-message.ts';
import { type RequestCard, requestCard } from '../views/request-card.ts';
import { threadLine } from '../views/thread-line.ts';
import { cardBlocks } from './card-blocks.ts';
import { digestBlocks } from './list-blocks.ts';
import { plainCardBlocks } from './plain-blocks.ts';
import { line, paragraph, preformatted } from './rich.ts';
import { literalPieces, noticeText } from './text.ts';

/** Whom a thread line calls on: a user group where the policy has one, else its people one by one. */
export type Mentions = (group: string, not: ReadonlySet<PersonId>) => readonly RichTextElement[];

/** One message, from best to plainest: Slack takes the first that it does not refuse. */
export interface Rendered {
  /** For notifications: what it is about, and nothing that anybody could have written. */
  readonly text: string;
  readonly ways: readonly (readonly KnownBlock[])[];
}

const EACH = 1_500;

/** What is true now, as Slack shows it. Null when there is nothing to say any more. */
export function render(context: Context, mentions: Mentions, notice: Postable): Rendered | null {
  switch (notice.kind) {
    case 'card': {
      const look = lookAt(context, notice.request);
      return look === null ? null : cardMessage(requestCard(look));
    }
    case 'thread':
      return withEntry(context, notice, (look) => threadMessage(context, mentions, notice, look));
    case 'direct':
      return withEntry(context, notice, (look) => directMessageOf(context, notice, look));
    case 'digest': {
      const looks = context.store.committed
        .digested(notice.digest)
        .flatMap((id: RequestId) => lookAt(context, id) ?? []);
      const digest = digestCard(notice.digest, looks);
      return { text: noticeText([digest.title], 300), ways: [digestBlocks(digest)] };
    }
  }
}

function cardMessage(card: RequestCard): Rendered {
  const text = noticeText(card.title, 300);
  return { text, ways: [cardBlocks(card).blocks, plainCardBlocks(card)] };
}

function withEntry(
  context: Context,
  { request }: ThreadNotice | DirectNotice,
  make: (look: Look) => Rendered | null,
): Rendered | null {
  const look = lookAt(context, request);
  return look === null ? null : make(look);
}

function threadMessage(
  context: Context,
  mentions: Mentions,
  { seq }: ThreadNotice,
  look: Look,
): Rendered | null {
  const entry = toldEntry(context.store.committed, seq);
  const told = entry === null ? null : threadLine(entry, look);
  if (told === null) return null;
  const called = onceEach(told.mentions.flatMap((group) => mentions(group, notToCall(look))));
  const words = literalPieces(cutWords(told.words, EACH));
  const pinged = called.slice(0, 30).flatMap((one) => [...literalPieces([' ']), one]);
  const output = told.output === null ? [] : [preformatted(cutText(told.output.untrusted, 4_000))];
  return {
    text: noticeText(told.words, 300),
    ways: [[paragraph(...words, ...pinged), ...output], [line(cutWords(told.words, EACH))]],
  };
}

/** Who may not decide, and who did all that they can. */
function notToCall({ request }: Look): ReadonlySet<PersonId> {
  const { demands, reviews, brokenGlass } = request;
  const done = reviews.filter((review) => !review.void).map(({ person }) => person);
  const breaker = brokenGlass === null ? [] : [brokenGlass.person];
  return new Set([...demands.exclusions.map(({ person }) => person), ...done, ...breaker]);
}

/** Who is in two of the groups is called once. */
function onceEach(elements: readonly RichTextElement[]): readonly RichTextElement[] {
  return [...new Map(elements.map((one) => [JSON.stringify(one), one])).values()];
}

function directMessageOf(context: Context, { seq }: DirectNotice, look: Look): Rendered | null {
  const entry = toldEntry(context.store.committed, seq);
  if (entry === null) return null;
  const { lines, output, number } = directMessage(entry, look);
  const told = lines.slice(0, 10).map((words) => line(cutWords(words, EACH)));
  const below = output === null ? [] : [preformatted(cutText(output.untrusted, 4_000))];
  return { text: noticeText(lines[0] ?? [`Request ${number}`], 300), ways: [[...told, ...below]] };
}
