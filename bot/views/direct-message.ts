import type { Look } from '../app/look-at-request.ts';
import type { ToldEntry } from '../app/told-entry.ts';
import { outcomeOf } from './outcome.ts';
import { threadLine } from './thread-line.ts';
import { phraseOf } from './title.ts';
import { said, type Untrusted, type Words } from './words.ts';

/** The result, for the human behind the request alone. */
export interface DirectMessage {
  readonly request: string;
  readonly number: number;
  readonly lines: readonly Words[];
  readonly output: Untrusted | null;
}

export function directMessage(entry: ToldEntry, look: Look): DirectMessage {
  const { request, names } = look;
  const told = threadLine(entry, look);
  // What the thread leaves to the vote's own line, the card's outcome has in one.
  const result = told === null ? (outcomeOf(look)?.slice(-1) ?? []) : [told.words];
  const whose = request.requester.kind === 'human' ? 'You asked: ' : '';
  const asked: Words = whose === '' ? [said(names.requester(request)), ' asked: '] : [whose];
  return {
    request: request.id,
    number: request.number,
    lines: [[`Request ${request.number}. `, ...asked, ...phraseOf(request), '.'], ...result],
    output: told?.output ?? null,
  };
}
