import type { Actor, RequestEvent } from '../core/event.ts';
import { type Place, toPlace } from '../core/place.ts';
import type { ActionRequest, PersonId, RequestId } from '../core/request.ts';
import type { Transaction } from '../ports/store.ts';
import { connectorOf } from './caller-now.ts';
import type { Context } from './context.ts';
import type { Logged } from './logged.ts';
import { startThatIsOver } from './progress.ts';
import { tellEndpoints } from './tell-endpoints.ts';

/**
 * Every message that these changes call for, in their transaction: it goes out if and only if the
 * change stands. Each place of the request, and each that ever showed it, gets its card made true.
 */
export function announce(
  context: Context,
  tx: Transaction,
  request: ActionRequest,
  logged: readonly Logged[],
  actor: Actor,
): void {
  const { places, rulebook, time } = context;
  const { id } = request;
  const seq = tx.lastSeq();
  tellEndpoints(context, tx, request, logged);
  if (logged.some(({ event }) => isChange(event))) {
    for (const place of places.told) tx.notify({ kind: 'change', place, request: id, seq });
  }
  // Whoever holds it outside is told what became of it, and so is the one who has to let it go.
  const connector = connectorOf(request.requester.run);
  if (connector !== null) tx.notify({ kind: 'change', place: toPlace(connector), request: id, seq });
  if (!places.hasFaces) return;
  const told = logged.filter(({ event }) => isTold(event, request));
  const shows = logged.some(({ event }) => event.type !== 'payload.viewed');
  const loud = loudPlaces(rulebook, request, logged);
  const schedule = { urgent: loud.length > 0 };
  const over = startThatIsOver(tx, request, logged, time.now());
  for (const place of new Set([...request.demands.notify, ...tx.placesOf(id), ...loud])) {
    if (!places.isServed(place)) continue;
    if (shows) tx.notify({ kind: 'card', place, request: id, seq }, schedule);
    if (over !== null) tx.notify({ kind: 'progress', place, request: id, seq: over });
    // What was gathered into a digest never gets a card there, and a line has nothing to hang under.
    if (told.length === 0 || tx.digestOf(place, id) !== null) continue;
    for (const line of told) tx.notify({ kind: 'thread', place, request: id, seq: line.seq }, schedule);
  }
  const result = logged.findLast(({ event }) => isResult(event, request));
  const human = humanBehind(request);
  if (result === undefined || human === null) return;
  // Who did it themselves was answered already.
  if (actor.kind === 'person' && actor.person === human) return;
  for (const place of places.directTo(human, rulebook)) {
    tx.notify({ kind: 'direct', place, request: id, person: human, seq: result.seq });
  }
}

/** Where its cards are, they are edited: something that they show has changed, and nobody needs to be told. */
export function renewCards({ places }: Context, tx: Transaction, id: RequestId): void {
  if (!places.hasFaces) return;
  const seq = tx.lastSeq();
  for (const place of tx.placesOf(id))
    if (places.isServed(place)) tx.notify({ kind: 'card', place, request: id, seq });
}

/** Where people must hear of what should not happen, or only in an emergency, whatever the plan says. */
function loudPlaces(
  { securityNotices }: Context['rulebook'],
  { brokenGlass }: ActionRequest,
  logged: readonly Logged[],
): readonly Place[] {
  if (logged.some(({ event }) => event.type.startsWith('break_glass.')))
    return [...(brokenGlass?.notify ?? []), ...securityNotices];
  return logged.some(({ event }) => 'verdict' in event && event.verdict === 'flag') ? securityNotices : [];
}

/** The one whose wish it is, or who answers for the asker. */
function humanBehind({ onBehalfOf, owner, requester }: ActionRequest): PersonId | null {
  if (onBehalfOf !== null || owner !== null) return onBehalfOf ?? owner;
  return requester.kind === 'human' ? (requester.id as PersonId) : null;
}

/** What the operator's log is told: a vote, or a change of state. */
function isChange({ type }: RequestEvent): boolean {
  switch (type) {
    case 'request.deduplicated':
    case 'request.detached':
    case 'payload.erased':
    case 'request.reevaluated':
    case 'payload.viewed':
    case 'reminder.sent':
    case 'request.stop_requested':
    case 'execution.output':
    case 'execution.late_report':
      return false;
    default:
      return true;
  }
}

/** What the thread under the card tells. Total, so that a new event has to be thought about here. */
function isTold(event: RequestEvent, { effect, executor }: ActionRequest): boolean {
  switch (event.type) {
    case 'request.submitted':
      return effect === 'require';
    case 'request.deduplicated':
    case 'request.identified':
    case 'request.reevaluated':
    case 'review.recorded':
    case 'reminder.sent':
    case 'break_glass.used':
    case 'break_glass.reviewed':
    case 'break_glass.overdue':
    case 'request.approved':
    case 'request.denied':
    case 'request.cleared':
    case 'request.expired':
    case 'request.lapsed':
    case 'request.cancelled':
    case 'request.stop_requested':
    case 'execution.retried':
    case 'execution.succeeded':
    case 'execution.failed':
    case 'execution.unknown':
    case 'execution.settled':
    case 'execution.late_report':
      return true;
    // Where Keyturn runs it, the start of each try is told, with who has it.
    case 'grant.issued':
      return executor === null;
    case 'execution.started':
      return true;
    // The vote that did it is told already.
    case 'request.flagged':
      return event.because === 'requester_frozen';
    case 'request.revoked':
      return event.because !== 'flag';
    case 'request.rejected':
    case 'request.detached':
    case 'payload.erased':
    case 'payload.viewed':
    // Its end is told with how it ended.
    case 'execution.output':
      return false;
  }
}

/** What the human behind the request is told alone. What a rule allowed is no result of anybody's decision. */
function isResult({ type }: RequestEvent, { effect }: ActionRequest): boolean {
  switch (type) {
    case 'request.approved':
    case 'execution.succeeded':
      return effect === 'require';
    case 'request.denied':
    case 'request.rejected':
    case 'request.flagged':
    case 'request.expired':
    case 'request.lapsed':
    case 'request.cancelled':
    case 'request.revoked':
    case 'execution.failed':
    case 'execution.unknown':
    case 'execution.settled':
      return true;
    default:
      return false;
  }
}
