import { freezesInForce, secondsLeft } from '../core/calendar-freeze.ts';
import { canonicalJson, type JsonObject } from '../core/canonical-json.ts';
import { actionDigest, sha256Hex, viewDigest } from '../core/digest.ts';
import type { Hold } from '../core/hold.ts';
import { decide } from '../core/lifecycle/decide.ts';
import { evolve } from '../core/lifecycle/evolve.ts';
import { type Asked, exclusionSet, submit } from '../core/lifecycle/submit.ts';
import type { Facts } from '../core/match.ts';
import { newId } from '../core/new-id.ts';
import { type Evaluation, evaluate } from '../core/policy.ts';
import { redact } from '../core/redaction.ts';
import { type FieldProblem, type Refusal, refuse } from '../core/refusal.ts';
import type { ActionRequest, Exclusion, PersonId, RequestId, Target } from '../core/request.ts';
import type { Identity } from '../core/unresolved.ts';
import { RENDERER, toView } from '../core/view.ts';
import type { Rulebook } from '../ports/rulebook.ts';
import { announce } from './announce.ts';
import { callerNow } from './caller-now.ts';
import { circumstances, current, record, type Writing, write } from './change-request.ts';
import { claimProblems, findOnBehalfOf, isListed } from './claims.ts';
import { type Caller, type Context, isPerson } from './context.ts';
import { executorOf, payloadProblems } from './executor-of.ts';
import { limitReached } from './limit-reached.ts';
import type { Logged } from './logged.ts';
import { peopleBehind } from './people-behind.ts';
import { factsOf } from './policy-facts.ts';
import { recordRefusal } from './record-refusal.ts';
import { redeemable } from './redeem-ticket.ts';
import { runOf, submissionKey } from './run-of.ts';
import { toTwinKey } from './twin-key.ts';

/** A submission, parsed. `onBehalfOf` is a person's key. */
export interface Submission {
  readonly action: string;
  readonly target: Target;
  readonly reason: string;
  readonly onBehalfOf: string | null;
  readonly payload: JsonObject;
  readonly links: readonly string[];
  readonly expiresInS: number | null;
  readonly hold: Hold;
}

export type SubmitResult =
  | { readonly ok: true; readonly request: ActionRequest; readonly created: boolean }
  | Refusal;

export const IDEMPOTENCY_MS = 24 * 60 * 60_000;
const MOST_DUE = 500;

/**
 * Holds one action. Nothing is created unless every check passes; a refusal leaves an entry only.
 * The order of the checks is the contract of `POST /v1/requests`.
 */
export async function submitRequest(
  context: Context,
  caller: Caller,
  submission: Submission,
  idempotencyKey: string | null,
  /** Who else stands behind it, as a connector knows. Never from the caller: a claim of theirs is `onBehalfOf`. */
  identities: readonly Identity[] = [],
  /** What belongs to it, in the same transaction: also when the request was there already. */
  also: (writing: Writing, request: ActionRequest) => void = () => undefined,
): Promise<SubmitResult> {
  await context.directories.recent();
  const bodyDigest = sha256Hex(canonicalJson({ ...submission, target: { ...submission.target } }));
  const key = idempotencyKey === null ? null : submissionKey(caller, idempotencyKey);
  const before = check(context, caller, submission, key, identities);

  return write<SubmitResult>(context, (writing) => {
    const { tx, at } = writing;
    const asker = callerNow(context.rulebook, caller);
    const checked =
      isOf(context, before) || asker === null ? before : check(context, asker, submission, key, identities);
    const { prepared, problems } = checked;
    const no = (refusal: Refusal): Refusal => {
      const { action, target } = submission;
      recordRefusal(context, writing, caller, {
        type: 'request.refused',
        code: refusal.code,
        action,
        target,
      });
      return refusal;
    };
    if (asker === null) return no(refuse('UNAUTHENTICATED'));
    if (prepared === null) return no(refuse('INVALID', { fields: problems }));
    const past = key === null ? null : tx.submission(caller.id, key);
    if (past !== null && past.at > at - IDEMPOTENCY_MS) {
      if (past.bodyDigest !== bodyDigest) return no(refuse('IDEMPOTENCY_KEY_REUSED'));
      const request = current(context, writing, past.request);
      if (request === null) return no(refuse('NOT_FOUND'));
      also(writing, request);
      return { ok: true, request, created: false };
    }
    if (!mayName(context, asker, submission)) return no(refuse('ACTION_NOT_ALLOWED'));
    if (tx.frozen(caller.id) !== null) return no(refuse('REQUESTER_FROZEN'));
    const result = create(context, asker, writing, prepared, submission.expiresInS);
    if (!result.ok) return no(result);
    if (key !== null) tx.rememberSubmission(caller.id, key, { request: result.request.id, bodyDigest, at });
    also(writing, result.request);
    return result;
  });
}

interface Checked {
  /** By which it was checked. When another one is in force by the time it is recorded, it is checked again. */
  readonly by: Rulebook;
  readonly problems: readonly FieldProblem[];
  readonly prepared: Prepared | null;
}

interface Prepared {
  readonly asked: Omit<Asked, 'id' | 'number' | 'createdAt'>;
  readonly identified: readonly Exclusion[];
  readonly actionText: string;
  readonly facts: Facts;
  readonly evaluation: Evaluation;
}

function isOf({ rulebook }: Context, { by }: Checked): boolean {
  return rulebook === by;
}

function check(
  context: Context,
  caller: Caller,
  submission: Submission,
  key: string | null,
  identities: readonly Identity[],
): Checked {
  const onBehalfOf = findOnBehalfOf(context, caller, submission.onBehalfOf);
  const { environment } = submission.target;
  const problems = [
    ...claimProblems(context, caller, { environment, onBehalfOf: submission.onBehalfOf }),
    // Of an action that is not on its lists, a client learns nothing but that.
    ...(mayName(context, caller, submission) ? payloadProblems(context.rulebook, submission) : []),
  ];
  const isValid = onBehalfOf !== undefined && problems.length === 0;
  const prepared = isValid ? prepare(context, caller, submission, onBehalfOf, key, identities) : null;
  return { by: context.rulebook, problems, prepared };
}

/** All that needs no transaction: digests, the view, and what the policy says. */
function prepare(
  context: Context,
  caller: Caller,
  submission: Submission,
  onBehalfOf: PersonId | null,
  key: string | null,
  identities: readonly Identity[],
): Prepared {
  const { action, target, payload, reason, links, hold } = submission;
  const settings = context.rulebook.actions.get(action);
  const hidden = settings?.redact ?? [];
  const view = toView(payload, hidden);
  const digested = actionDigest({
    action,
    target,
    requester: caller.key,
    onBehalfOf: submission.onBehalfOf,
    payload,
  });
  const { actor } = caller;
  const run = runOf(caller);
  const { exclusions: identified, unresolved } = peopleBehind(context, identities);
  const asked = {
    action,
    target,
    requester: {
      id: caller.id,
      kind: actor.kind === 'client' ? actor.clientKind : ('human' as const),
      verifiedBy: actor.verifiedBy,
      ...(run === undefined ? {} : { run }),
    },
    owner: actor.kind === 'client' ? actor.owner : null,
    onBehalfOf,
    unresolved,
    reason,
    links,
    actionDigest: digested.digest,
    viewDigest: viewDigest({ text: view.text, redact: hidden, renderer: RENDERER }),
    preview: view.preview,
    redact: hidden,
    executor: executorOf(settings?.execute ?? null, redact(payload, hidden).payload),
    submissions: [{ key, hold }],
  };
  const facts = factsOf(
    context.rulebook,
    { ...asked, requesterKey: caller.key },
    payload,
    context.time.now(),
  );
  return {
    asked,
    identified,
    actionText: digested.text,
    facts,
    evaluation: evaluate(context.rulebook.policy, facts),
  };
}

function create(
  context: Context,
  caller: Caller,
  writing: Writing,
  { asked, identified, actionText, facts, evaluation }: Prepared,
  expiresInS: number | null,
): SubmitResult {
  const { tx, at } = writing;
  const id = newId('req', at, context.random) as RequestId;
  const born: Asked = { ...asked, id, number: tx.nextNumber(), createdAt: at };
  const { version } = context.rulebook.policy;
  const submitted = submit(
    born,
    evaluation,
    version,
    expiresInS === null ? null : expiresInS * 1000,
    identified,
  );

  meetOwn(context, caller, writing);
  const excluded = exclusionSet(born, [...identified, ...evaluation.exclusions]);
  const twinKey = toTwinKey(born, excluded);
  const joined = evaluation.effect === 'require' ? join(context, caller, writing, twinKey, born) : null;
  if (joined !== null) return joined;
  const returns = evaluation.effect === 'require' && born.submissions.some(({ hold }) => hold === 'ticket');
  const redeemed = returns ? redeemable(context, writing, twinKey) : null;
  if (redeemed !== null) return { ok: true, created: false, request: redeemed };
  const limited = limitReached(context, caller, writing);
  if (limited !== null) return limited;
  const freezes = freezesInForce(context.rulebook.policy.freezes, facts, at);
  if (freezes.length > 0) return refuse('FREEZE_IN_FORCE', { retryAfter: secondsLeft(freezes, at) });
  if (isUnsure(context.rulebook, evaluation)) return refuse('DIRECTORY_UNAVAILABLE');
  if (!submitted.ok) return submitted;

  let request = submitted.request;
  const logged: Logged[] = [
    { event: submitted.submitted, seq: tx.append(submitted.submitted, caller.actor, at, request) },
  ];
  if (submitted.ruled !== null) {
    request = evolve(request, submitted.ruled, at);
    const seq = tx.append(submitted.ruled, { kind: 'policy', version }, at, request);
    logged.push({ event: submitted.ruled, seq });
  }
  tx.insert(request, actionText, twinKey);
  writing.changed.add(request.id);
  announce(context, tx, request, logged, caller.actor);
  return { ok: true, created: true, request };
}

/** The policy looks at a group of which nobody can say now who is in it: at a rule, or at a seat. */
function isUnsure({ policy, unknownGroups }: Rulebook, { effect, seats }: Evaluation): boolean {
  if (unknownGroups.size === 0) return false;
  const matches = [...policy.rules, ...policy.freezes, ...policy.breakGlass].map(({ match }) => match);
  const looked = [
    ...matches.flatMap(({ groups = [] }) => groups),
    ...(effect === 'require' ? seats.flatMap(({ from }) => from) : []),
  ];
  return looked.some((group) => unknownGroups.has(group));
}

function join(
  context: Context,
  caller: Caller,
  writing: Writing,
  twinKey: string,
  born: Asked,
): SubmitResult | null {
  const twin = writing.tx.pendingTwin(twinKey);
  const live = twin === null ? null : current(context, writing, twin.id);
  if (live?.state !== 'pending' || toTwinKey(live, live.demands.exclusions) !== twinKey) return null;
  const [submission] = born.submissions;
  if (submission === undefined) return null;
  const decision = decide(
    live,
    { type: 'join', submission, reason: born.reason },
    circumstances(context, writing, live),
  );
  if (!decision.ok) return decision;
  return { ok: true, created: false, request: record(context, writing, live, decision.events, caller.actor) };
}

/**
 * While a new policy is being met, whatever else this requester has open meets it first: else the same
 * request asked again would not be found, and what is over would count as open.
 */
function meetOwn(context: Context, caller: Caller, writing: Writing): void {
  const { tx } = writing;
  if (tx.policyMet() === context.rulebook.policy.version) return;
  // Somebody who has more open than this has no limit either, and finds a second card at worst.
  if (tx.countOpen(caller.id, MOST_DUE) === MOST_DUE) return;
  for (const { id } of tx.openOf(caller.id)) current(context, writing, id);
}

/** A person has no lists. */
function mayName(context: Context, caller: Caller, submission: Submission): boolean {
  if (isPerson(caller)) return true;
  const client = context.rulebook.clients.get(caller.id);
  return client !== undefined && isListed(client, submission);
}
