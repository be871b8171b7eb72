import { decide } from '../core/lifecycle/decide.ts';
import { exclusionSet } from '../core/lifecycle/submit.ts';
import { evaluate } from '../core/policy.ts';
import type { ActionRequest, ClientId, PersonId } from '../core/request.ts';
import { circumstances, current, record, type Writing, write } from './change-request.ts';
import { type Context, KEYTURN } from './context.ts';
import { factsOf } from './policy-facts.ts';
import { toTwinKey } from './submit-request.ts';
import { storedPayload } from './view-payload.ts';

const BATCH = 200;

/**
 * Puts the rulebook in force. Where it differs from the one before, every open request meets it
 * first: seats are added, votes lost, requests denied or revoked. Until that is done, nothing runs.
 */
export async function adoptPolicy(context: Context): Promise<void> {
  const { policy } = context.rulebook;
  const previous = context.store.committed.policyInForce();
  if (previous === policy.version) return;
  let after = 0;
  for (;;) {
    const open = context.store.committed.inStates(['pending', 'flagged', 'approved'], BATCH, after);
    await write(context, (writing) => {
      for (const { id } of open) {
        const request = current(context, writing, id);
        if (request !== null) reevaluateOne(context, writing, request);
      }
    });
    const last = open.at(-1);
    if (last === undefined || open.length < BATCH) break;
    after = last.number;
  }
  await write(context, ({ tx, at }) => {
    tx.setPolicyInForce(policy.version);
    tx.append({ type: 'policy.loaded', version: policy.version, previous, text: {} }, KEYTURN, at, null);
  });
}

function reevaluateOne(context: Context, writing: Writing, request: ActionRequest): void {
  const { policy } = context.rulebook;
  const { requester } = request;
  const payload = storedPayload(writing.tx.actionText(request.id));
  const requesterKey =
    requester.kind === 'human' ? (writing.tx.keyOf(requester.id as PersonId) ?? requester.id) : requester.id;
  const facts = factsOf(context.rulebook, { ...request, requesterKey }, payload, writing.at);
  const evaluation = evaluate(policy, facts);
  // Who owns the client now answers for it as much as who owned it then.
  const owner = context.rulebook.clients.get(requester.id as ClientId)?.owner ?? null;
  const exclusions = exclusionSet({ ...request, owner }, evaluation.exclusions);
  const command = {
    type: 'reevaluate',
    evaluation: { ...evaluation, exclusions },
    policyVersion: policy.version,
    definition: context.rulebook.actions.get(request.action)?.execute?.executor.definition ?? null,
  } as const;
  const decision = decide(request, command, circumstances(context, writing, request));
  if (!decision.ok) return;
  const actor = { kind: 'policy', version: policy.version } as const;
  const met = record(context, writing, request, decision.events, actor);
  writing.tx.setTwin(met.id, toTwinKey(met.actionDigest, met.demands.exclusions));
}
