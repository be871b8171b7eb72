import { toIsoTime } from '../core/instant.ts';
import type { Instant } from '../core/request.ts';
import { visible } from '../core/visible.ts';

/**
 * Text that somebody outside wrote: a requester, a payload, a comment. It is `visible()` already. A
 * face MUST show it literally, by whatever its dialect has for that, and never as markup: it may hold
 * mentions, links, quotes and tags that are meant to fool a reader.
 */
export interface Untrusted {
  readonly untrusted: string;
}

/** One run of text, piece by piece. A plain string is ours or the policy file's; it needs escaping too. */
export type Words = readonly (string | Untrusted)[];

/** One line with what people must not take for ours told apart. */
export interface Fact {
  readonly label: string;
  readonly value: Words;
}

/** The only way to make one: so nothing that somebody wrote reaches a face with unseen characters. */
export function said(text: string): Untrusted {
  return { untrusted: visible(text) };
}

/** On one line: a line break in a comment must not look like a line of ours. */
export function saidInLine(text: string): Untrusted {
  return said(text.trim().replace(/\s*\n\s*/g, ' ⏎ '));
}

/** To the minute, in UTC, which is the same for everybody who reads one card. */
export function moment(at: Instant): string {
  return `${toIsoTime(at).slice(0, 16).replace('T', ' ')} UTC`;
}

/** Words with something between them. */
export function joined(parts: readonly Words[], between: string): Words {
  return parts.flatMap((part, index) => (index === 0 ? part : [between, ...part]));
}

/** As plain text: for logs, tests and faces without any dialect. */
export function plain(words: Words): string {
  return words.map((piece) => (typeof piece === 'string' ? piece : piece.untrusted)).join('');
}
