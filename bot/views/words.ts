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
