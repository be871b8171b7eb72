import { KeyturnFault } from '../fault.ts';
import { refuse } from '../refusal.ts';
import type { ActionRequest } from '../request.ts';
import { breakGlass, postReview } from './break-glass.ts';
import { accept, type Circumstances, type Command, type Decision } from './command.ts';
import { claim, finish } from './execute.ts';
import { identify } from './identify.ts';
import { hasToMeet, reevaluate } from './reevaluate.ts';
import { consume, report, settle } from './release.ts';
import { review } from './review.ts';
import { tick } from './time.ts';
import { cancel, clear, freeze, leave, revoke, stop } from './withdraw.ts';

/** How many submissions one request answers at most; the next one is told to come later. */
const MOST_SUBMISSIONS = 100;

/**
 * The whole lifecycle: a request and a command in, events or a refusal out. Pure; time is an
 * argument. A request that is past a deadline MUST be ticked, and one that has not met the policy in
 * force MUST be reevaluated, before it is asked anything else.
 */
export function decide(request: ActionRequest, command: Command, now: Circumstances): Decision {
  if (command.type !== 'tick' && tick(request, now.at).events.length > 0) {
    throw new KeyturnFault('IMPOSSIBLE', `${request.id} is past its deadline and was not ticked`);
  }
  if (command.type !== 'tick' && command.type !== 'reevaluate' && hasToMeet(request, now.policyVersion)) {
    if (now.unknownGroups.size === 0)
      throw new KeyturnFault('IMPOSSIBLE', `${request.id} has not met the policy that is in force`);
    // It cannot: who its seats are open to is not known. Until it has, it can only be stopped.
    if (!onlyStops(command)) return refuse('DIRECTORY_UNAVAILABLE');
  }
  switch (command.type) {
    case 'review':
      return review(request, command, now);
    case 'break-glass':
      return breakGlass(request, command, now);
    case 'post-review':
      return postReview(request, command, now);
    case 'view':
      return view(request, command);
    case 'join':
      return join(request, command);
    case 'cancel':
      return cancel(request, command);
    case 'leave':
      return leave(request);
    case 'clear':
      return clear(request, command, now);
    case 'revoke':
      return revoke(request, command, now);
    case 'stop':
      return stop(request, command, now);
    case 'freeze':
      return freeze(request);
    case 'consume':
      return consume(request, command, now);
    case 'report':
      return report(request, command);
    case 'claim':
      return claim(request, command, now);
    case 'finish':
      return finish(request, command, now);
    case 'settle':
      return settle(request, command, now);
    case 'reevaluate':
      return reevaluate(request, command, now);
    case 'identify':
      return identify(request, command, now);
    case 'tick':
      return tick(request, now.at);
  }
}

function onlyStops(command: Command): boolean {
  switch (command.type) {
    case 'review':
      return command.verdict !== 'approve';
    case 'break-glass':
    case 'claim':
    case 'clear':
    case 'consume':
    case 'join':
    case 'post-review':
    case 'reevaluate':
    case 'settle':
      return false;
    case 'cancel':
    case 'finish':
    case 'freeze':
    case 'identify':
    case 'leave':
    case 'report':
    case 'revoke':
    case 'stop':
    case 'tick':
    case 'view':
      return true;
  }
}

/** Every look is an entry; the shown record it leaves is one per person. */
function view(request: ActionRequest, { person }: Extract<Command, { type: 'view' }>): Decision {
  return accept({ type: 'payload.viewed', person, viewDigest: request.viewDigest });
}

function join(request: ActionRequest, command: Extract<Command, { type: 'join' }>): Decision {
  if (request.state !== 'pending') return refuse('ALREADY_RESOLVED');
  if (request.submissions.length >= MOST_SUBMISSIONS) return refuse('LIMIT_REACHED');
  return accept({
    type: 'request.deduplicated',
    submission: command.submission,
    text: { reason: command.reason },
  });
}
