import { filledSeats } from '../core/lifecycle/eligibility.ts';
import type { ActionRequest, Instant, PersonId, RequestId } from '../core/request.ts';
import { circumstances } from './change-request.ts';
import type { Context } from './context.ts';
import type { Progress } from './progress.ts';
import { type ToldEntry, tellEntry } from './told-entry.ts';

/** A request with all that people are shown of it. Views are made of nothing else. */
export interface Look {
  readonly request: ActionRequest;
  readonly filledBy: readonly (readonly PersonId[])[];
  /** The newest entry that changed it, and the first digits of that entry's leaf hash. */
  readonly seq: number;
  readonly leaf: string;
  /** The entry that put it into its state, or null while it waits for the first time. */
  readonly turned: ToldEntry | null;
  readonly names: Names;
  /** How its try that is on went when it was last looked at; null while that is short, or none is on. */
  readonly progress: Progress | null;
  readonly now: Instant;
}

/** How people are called. A person who has left the policy is called by their old key. */
export interface Names {
  person(id: PersonId): string;
  /** A person's, or a client's as the policy calls it. */
  requester(request: Pick<ActionRequest, 'requester'>): string;
}

/** Entries that put a request into a state. The vote tells more than the `request.rejected` after it. */
const TURNS = [
  'request.approved',
  'request.denied',
  'review.recorded',
  'request.flagged',
  'request.cleared',
  'request.expired',
  'request.lapsed',
  'request.cancelled',
  'request.revoked',
  'grant.issued',
  'execution.succeeded',
  'execution.failed',
  'execution.unknown',
  'execution.settled',
] as const;

/** The request as it is now; null where there is none. It checks nobody's rights. */
export function lookAt(context: Context, id: RequestId): Look | null {
  const { committed } = context.store;
  const request = committed.request(id);
  if (request === null) return null;
  const now = context.time.now();
  const seq = committed.auditSeq(id);
  const turned = committed.lastOf(id, TURNS);
  return {
    request,
    filledBy: filledSeats(request, circumstances(context, { tx: committed, at: now }, request)),
    seq,
    leaf: committed.leafHashOf(seq)?.slice(0, 8) ?? '',
    turned: turned === null ? null : tellEntry(committed, turned),
    names: namesOf(context),
    progress: context.progress.get(id) ?? null,
    now,
  };
}

function namesOf({ rulebook, store }: Context): Names {
  const person = (id: PersonId) => rulebook.people.get(id)?.name ?? store.committed.keyOf(id) ?? id;
  return {
    person,
    requester: ({ requester }) =>
      requester.kind === 'human' ? person(requester.id as PersonId) : requester.id,
  };
}
