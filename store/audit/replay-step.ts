import { glassBroken, reminded } from './replay-glass.ts';
import {
  cancelled,
  ended,
  granted,
  isApproved,
  lateReport,
  lost,
  reevaluated,
  revoked,
  settled,
  stopRequested,
  timedOut,
  withdrawnByAsker,
} from './replay-release.ts';
import { releasedByCopy } from './replay-restored.ts';
import { approved, cleared, flagged, rejected, reviewed, viewed } from './replay-review.ts';
import { printed, retried, started } from './replay-run.ts';
import type { Actor, LoggedEntry } from './replay-shape.ts';
import { type Held, isInForce, isRequester, type Owed, STEPS, type Why, type World } from './replay-state.ts';
import { identified } from './replay-unresolved.ts';

/** Takes one entry to the request it is about, or says why it cannot be so. */
export function step(world: World, held: Held, entry: LoggedEntry, owed: Owed | null): Why {
  const possible = STEPS.get(entry.type);
  const { number, state } = held;
  if (!possible?.from.includes(state)) return `${entry.type} of request ${number}, which is ${state}`;
  const isTimes = entry.type === 'request.expired' || entry.type === 'request.lapsed';
  // What the entry before demands belongs to the same moment, which was looked at there.
  if (owed === null && !isTimes && entry.at >= deadlineOf(held))
    return `${entry.type} of request ${number} at or after its deadline`;
  const why = releasedByCopy(world, entry) ?? ruled(world, held, entry, owed);
  if (why !== null) return `${entry.type} of request ${number}: ${why}`;
  if (possible.to !== null) held.state = possible.to;
  return null;
}

function deadlineOf({ state, expiresAt, usableUntil }: Held): number {
  if (state === 'pending' || state === 'flagged') return expiresAt;
  return state === 'approved' ? usableUntil : Number.POSITIVE_INFINITY;
}

function isPolicy(world: World, actor: Actor): boolean {
  return actor.kind === 'policy' && isInForce(world, actor.version);
}

/** Who may make it so, and on what ground. */
function ruled(world: World, held: Held, entry: LoggedEntry, owed: Owed | null): Why {
  switch (entry.type) {
    case 'request.deduplicated':
      if (world.frozen.has(held.submitted.requester.id)) return 'its requester is frozen';
      return isRequester(held, entry.actor) ? null : 'its actor is not the requester';
    case 'request.identified':
      return identified(world, held, entry, isApproved);
    case 'request.detached':
      return withdrawnByAsker(held, entry.actor);
    case 'request.reevaluated':
      return reevaluated(world, held, entry);
    case 'payload.viewed':
      return viewed(held, entry);
    case 'review.recorded':
      return reviewed(world, held, entry);
    case 'break_glass.used':
      return glassBroken(world, held, entry);
    case 'reminder.sent':
      return reminded(held, entry);
    case 'request.approved':
      return approved(held, entry, owed);
    case 'request.denied':
      return isPolicy(world, entry.actor) ? null : 'its actor is not the policy in force';
    case 'request.rejected':
      return rejected(entry, owed);
    case 'request.flagged':
      return flagged(world, held, entry, owed);
    case 'request.cleared':
      return cleared(held, entry);
    case 'request.expired':
    case 'request.lapsed':
      return timedOut(deadlineOf(held), entry);
    case 'request.cancelled':
      return cancelled(held, entry);
    case 'request.revoked':
      return revoked(world, held, entry, owed);
    case 'request.stop_requested':
      return stopRequested(world, held, entry, owed);
    case 'grant.issued':
      return granted(world, held, entry);
    case 'execution.started':
      return started(held, entry, owed);
    case 'execution.retried':
      return retried(held, entry);
    case 'execution.output':
      return printed(held, entry);
    case 'execution.late_report':
      return lateReport(held, entry);
    case 'execution.succeeded':
    case 'execution.failed':
      return ended(held, entry.actor);
    case 'execution.unknown':
      return lost(held, entry);
    case 'execution.settled':
      return settled(held, entry);
    default:
      return null;
  }
}
