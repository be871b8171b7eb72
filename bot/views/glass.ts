import type { Look, Names } from '../app/look-at-request.ts';
import type { ToldEntry } from '../app/told-entry.ts';
import type { BrokenGlass } from '../core/request.ts';
import { moment, said, saidInLine, type Words } from './words.ts';

const JUDGED: Readonly<Record<string, string>> = {
  approve: 'it was right',
  reject: 'it was not right',
  flag: 'it was not right, and its requester is frozen',
};

/** On the card: who approved alone and why, and what became of the review. */
export function glassLines({ request, names }: Look): readonly Words[] {
  const { brokenGlass } = request;
  if (brokenGlass === null) return [];
  const { person, at, reason } = brokenGlass;
  const by: Words = [
    'Break-glass by ',
    said(names.person(person)),
    ` at ${moment(at)}: `,
    saidInLine(reason),
  ];
  return [by, reviewLine(brokenGlass, names)];
}

function reviewLine({ reviewBy, dueAt, overdue, review }: BrokenGlass, names: Names): Words {
  if (review !== null) {
    const { person, verdict, comment, at } = review;
    const judged = JUDGED[verdict] ?? '';
    return [
      'Reviewed by ',
      said(names.person(person)),
      ` at ${moment(at)}: ${judged}: `,
      saidInLine(comment),
    ];
  }
  const who = reviewBy.join(' or ');
  return overdue
    ? [`The review of it by ${who} is overdue since ${moment(dueAt)}.`]
    : [`Somebody of ${who} must review it before ${moment(dueAt)}.`];
}

/** In the thread: as loud as words can be, and with who has to look at it now. */
export function glassTold(
  { type, data, texts }: ToldEntry,
  by: Words,
  { request, names }: Look,
): { readonly words: Words; readonly mentions: readonly string[] } | null {
  const { brokenGlass } = request;
  if (brokenGlass === null) return null;
  const { person, reviewBy, dueAt, review } = brokenGlass;
  const who = reviewBy.join(' or ');
  const mentions = review === null ? reviewBy : [];
  const how = `Type post-review ${request.number}.`;
  switch (type) {
    case 'break_glass.used': {
      const reason = saidInLine(texts['reason'] ?? '');
      const due = ` · Somebody of ${who} must review this before ${moment(dueAt)}. ${how}`;
      return { words: ['BREAK-GLASS: ', ...by, ' approved this alone: ', reason, due], mentions };
    }
    case 'break_glass.overdue':
      return {
        words: [
          'OVERDUE: nobody reviewed the break-glass of ',
          said(names.person(person)),
          ` in time. Until somebody of ${who} does, they can break no other. ${how}`,
        ],
        mentions,
      };
    default: {
      const judged = JUDGED[String(data['verdict'])] ?? '';
      const comment = saidInLine(texts['comment'] ?? '');
      return { words: [...by, ` reviewed the break-glass: ${judged}: `, comment], mentions: [] };
    }
  }
}
