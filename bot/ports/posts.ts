import type { CardCounts } from '../core/flood.ts';
import type { Place } from '../core/place.ts';
import type { ClientId, Instant, PersonId, RequestId } from '../core/request.ts';
import type { Post } from './notice.ts';

/** Which messages stand where. Read by who edits them, also after a restart. */
export interface StoredPosts {
  /** Every copy of the request's card in this place, oldest first. */
  cards(place: Place, request: RequestId): readonly Post[];
  /** The last `most` lines under the request's card in this place, oldest first. */
  thread(place: Place, request: RequestId, most: number): readonly Post[];
  /** Each place's line about this entry. */
  linesOf(request: RequestId, seq: number): readonly Post[];
  /** Cards that show less than the log tells, oldest first. */
  staleCards(most: number, after: string): readonly Post[];
  /** Where a card of this request stands, or a digest that names it. */
  placesOf(request: RequestId): readonly Place[];
  /** The message with this id in this place. */
  post(place: Place, message: string): Post | null;
  /** Messages in one place, newest first, older than `before`. */
  postsIn(
    place: Place,
    query: { readonly kinds: readonly Post['kind'][]; readonly before: Instant; readonly most: number },
  ): readonly Post[];
  /** The digest that stands for this request in this place. */
  digestOf(place: Place, request: RequestId): string | null;
  /** The requests that a digest stands for, oldest first. */
  digested(digest: string): readonly RequestId[];
  /** The digest that was begun last in this place, when, and how many requests it stands for. */
  newestDigest(
    place: Place,
  ): { readonly digest: string; readonly since: Instant; readonly count: number } | null;
  digestPosts(digest: string): readonly Post[];
  /** Cards posted here since then, and those that wait to be. */
  countCards(place: Place, since: Instant, requester: ClientId | PersonId): CardCounts;
}

export interface Posts {
  /** The same message twice is one. */
  addPost(post: Post): void;
  /** It now shows what this entry made true. */
  showed(place: Place, message: string, seq: number): void;
  removePost(place: Place, message: string): void;
  /** From now on this digest stands for the request in that place. */
  addDigested(place: Place, request: RequestId, digest: string, at: Instant): void;
  /** Drops thread lines and direct messages that are older: nothing edits them. */
  forgetPosts(before: Instant): void;
}
