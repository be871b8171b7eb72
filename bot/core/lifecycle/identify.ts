import type { RequestEvent } from '../event.ts';
import { type ActionRequest, isTerminal } from '../request.ts';
import { accept, type Circumstances, type Command, type Decision } from './command.ts';
import { evolve } from './evolve.ts';
import { stillApproved } from './release.ts';

/** Somebody behind an open request turned out to be a person: they are excluded, and their vote is lost. */
export function identify(
  request: ActionRequest,
  { account, person }: Extract<Command, { type: 'identify' }>,
  now: Circumstances,
): Decision {
  const { state, unresolved } = request;
  const found = unresolved.find((one) => one.account === account);
  if (isTerminal(state) || found === undefined) return accept();
  const identified: RequestEvent = {
    type: 'request.identified',
    person,
    because: found.because,
    unresolved: unresolved.length - 1,
    text: { account },
  };
  if (state !== 'approved') return accept(identified);
  const after = evolve(request, identified, now.at);
  return stillApproved(after, now)
    ? accept(identified)
    : accept(identified, { type: 'request.revoked', because: 'identity', text: {} });
}
