import { type Refusal, refuse } from '../refusal.ts';
import type { ActionRequest, PersonId } from '../request.ts';
import { accept, type Circumstances, type Command, type Decision } from './command.ts';
import {
  isExcluded,
  isInClearFrom,
  isRequester,
  notIn,
  seatGroups,
  seatsOpenTo,
  standsBehind,
} from './eligibility.ts';
import { isBlank } from './review.ts';

type Of<Type extends Command['type']> = Extract<Command, { type: Type }>;

/** By the asker or the humans behind it. With a submission's key, only that submission leaves. */
export function cancel(request: ActionRequest, command: Of<'cancel'>): Decision {
  const { by, key } = command;
  const may = isRequester(request, by) || (by.kind === 'person' && standsBehind(request, by.person));
  if (!may) return refuse('FORBIDDEN');
  const others = request.submissions.filter((submission) => submission.key !== key);
  if (key !== null && others.length === request.submissions.length) return refuse('NOT_FOUND');
  if (request.state === 'flagged') return refuse('FLAGGED');
  if (request.state !== 'pending' && request.state !== 'approved') return refuse(pastCode(request));
  if (key !== null && others.length > 0) return accept({ type: 'request.detached', key });
  return accept({ type: 'request.cancelled', because: 'asked' });
}

/** Nobody waits for the answer any more. A flagged request stays: it is evidence. */
export function leave(request: ActionRequest): Decision {
  const open = request.state === 'pending' || request.state === 'approved';
  return open ? accept({ type: 'request.cancelled', because: 'caller_left' }) : refuse(pastCode(request));
}

export function clear(request: ActionRequest, command: Of<'clear'>, now: Circumstances): Decision {
  const { person, comment } = command;
  if (isExcluded(request, person)) return refuse('SELF_REVIEW');
  if (!isInClearFrom(person, now)) return notIn(now.clearFrom, now);
  if (request.state !== 'flagged')
    return refuse(request.state === 'expired' ? 'EXPIRED' : 'ALREADY_RESOLVED');
  if (isBlank(comment)) return refuse('COMMENT_REQUIRED');
  return accept({ type: 'request.cleared', person, text: { comment } });
}

export function revoke(request: ActionRequest, command: Of<'revoke'>, now: Circumstances): Decision {
  if (!mayWithdraw(request, command.person, now)) return notIn(seatGroups(request), now);
  if (request.state === 'pending' || request.state === 'flagged') return refuse('NOT_APPROVED');
  if (request.state !== 'approved') return refuse(pastCode(request));
  if (isBlank(command.comment)) return refuse('COMMENT_REQUIRED');
  return accept({ type: 'request.revoked', because: 'asked', text: { comment: command.comment } });
}

/** Asks the executor to end it. The state changes only when the executor says how it ended. */
export function stop(request: ActionRequest, command: Of<'stop'>, now: Circumstances): Decision {
  if (!mayWithdraw(request, command.person, now)) return notIn(seatGroups(request), now);
  if (request.state === 'pending' || request.state === 'flagged' || request.state === 'approved') {
    return refuse('NOT_APPROVED');
  }
  if (request.state !== 'executing') return refuse('ALREADY_RESOLVED');
  if (isBlank(command.comment)) return refuse('COMMENT_REQUIRED');
  return accept({ type: 'request.stop_requested', because: 'asked', text: { comment: command.comment } });
}

/** The requester was frozen because of another request of its own. What already runs is not touched. */
export function freeze(request: ActionRequest): Decision {
  if (request.state === 'pending') return accept({ type: 'request.flagged', because: 'requester_frozen' });
  if (request.state === 'approved') {
    return accept({ type: 'request.revoked', because: 'requester_frozen', text: {} });
  }
  return accept();
}

function mayWithdraw(request: ActionRequest, person: PersonId, now: Circumstances): boolean {
  return standsBehind(request, person) || seatsOpenTo(request, person, now).length > 0;
}

/** Why something that was still possible while it waited is not any more. */
export function pastCode(request: ActionRequest): Refusal['code'] {
  switch (request.state) {
    case 'executing':
    case 'unknown':
    case 'succeeded':
    case 'failed':
      return 'ALREADY_CONSUMED';
    case 'expired':
    case 'lapsed':
      return 'EXPIRED';
    default:
      return 'ALREADY_RESOLVED';
  }
}
