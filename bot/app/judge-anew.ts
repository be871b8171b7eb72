import type { RequestEvent } from '../core/event.ts';
import type { Circumstances } from '../core/lifecycle/command.ts';
import { decide } from '../core/lifecycle/decide.ts';
import { exclusionSet } from '../core/lifecycle/submit.ts';
import { evaluate } from '../core/policy.ts';
import type { ActionRequest, ClientId } from '../core/request.ts';
import type { Rulebook } from '../ports/rulebook.ts';
import type { Reading } from '../ports/store.ts';
import { mayStillAsk } from './may-ask.ts';
import { factsOf, requesterKeyOf } from './policy-facts.ts';
import { storedPayload } from './stored-payload.ts';

/** What the rulebook in force makes of an open request that was last judged by another one. */
export function judgeAnew(
  rulebook: Rulebook,
  tx: Pick<Reading, 'actionText' | 'keyOf'>,
  request: ActionRequest,
  now: Circumstances,
): readonly RequestEvent[] {
  const payload = storedPayload(tx.actionText(request.id));
  const facts = factsOf(rulebook, { ...request, requesterKey: requesterKeyOf(tx, request) }, payload, now.at);
  const ruled = evaluate(rulebook.policy, facts);
  // What its asker may not ask any more is as good as denied by a rule (decision 0007).
  const isTheirs = mayStillAsk(rulebook, request);
  const evaluation = isTheirs ? ruled : { ...ruled, effect: 'deny' as const, rules: [], tell: null };
  // Who owns the client now answers for it as much as who owned it then.
  const owner = rulebook.clients.get(request.requester.id as ClientId)?.owner ?? null;
  const exclusions = exclusionSet({ ...request, owner }, evaluation.exclusions);
  const decision = decide(
    request,
    {
      type: 'reevaluate',
      evaluation: { ...evaluation, exclusions },
      policyVersion: rulebook.policy.version,
      definition: rulebook.actions.get(request.action)?.execute?.executor.definition ?? null,
    },
    now,
  );
  return decision.ok ? decision.events : [];
}
