import type { Edit } from './sources.ts';
import type { Broken } from './step.ts';

export interface Mutant extends Edit {
  /** What the broken bot does. */
  readonly does: string;
}

/**
 * For each invariant, changes to the sources that break it and nothing else that matters. Each is hunted
 * for with that invariant alone, so that none is caught for another reason.
 */
export const MUTANTS: readonly (readonly [Broken, readonly Mutant[]])[] = [
  [
    1,
    [
      {
        does: 'lets the asker and its owner fill a seat',
        file: 'bot/core/lifecycle/eligibility.ts',
        from: 'return request.demands.exclusions.some((exclusion) => exclusion.person === person);',
        to: 'return false;',
      },
      {
        does: 'lets one person fill two seats',
        file: 'bot/core/seats.ts',
        from: 'for (const person of may.keys()) seatPerson(person, new Set());',
        to: 'for (const [person, open] of may) for (const index of open) holders[index]?.push(person);',
      },
      {
        does: 'is content with one full seat',
        file: 'bot/core/seats.ts',
        from: 'return seats.every((seat, index)',
        to: 'return seats.some((seat, index)',
      },
      {
        does: 'lets people vote who joined the group after the submission',
        file: 'bot/core/lifecycle/eligibility.ts',
        from: 'seat.candidates.includes(person) && ',
        to: '',
      },
      {
        does: 'counts votes from before a flag',
        file: 'bot/core/lifecycle/evolve.ts',
        from: '({ ...past, void: true })',
        to: '({ ...past, void: false })',
      },
      {
        does: 'approves a moment after the expiry',
        file: 'bot/core/lifecycle/time.ts',
        from: 'const isOver = end !== null && at >= end;',
        to: 'const isOver = end !== null && at > end;',
      },
      {
        does: 'does not ask a new policy about what is open',
        file: 'bot/core/lifecycle/reevaluate.ts',
        from: 'return !isTerminal(state) && demands.policyVersion !== policyVersion;',
        to: 'return false;',
      },
    ],
  ],
  [
    2,
    [
      {
        does: 'takes an approval of what was not shown',
        file: 'bot/core/lifecycle/review.ts',
        from: 'if (!hasSeenAll(request, command) && !showsAll(request, command))',
        to: 'if (false)',
      },
      {
        does: 'takes a vote on another digest',
        file: 'bot/core/lifecycle/review.ts',
        from: 'if (command.actionDigest !== request.actionDigest)',
        to: 'if (false)',
      },
      {
        does: 'releases to a caller that holds another digest',
        file: 'bot/core/lifecycle/release.ts',
        from: 'if (namedDigest !== request.actionDigest)',
        to: 'if (false)',
      },
      {
        does: 'releases another payload than the one that was shown',
        file: 'bot/app/consume-request.ts',
        from: 'canonicalJson(storedPayload(actionText))',
        to: 'canonicalJson({ ...storedPayload(actionText), rows: 1 })',
      },
      {
        does: 'stores another action than was asked for',
        file: 'store/sqlite/requests.ts',
        from: 'addText.run(number, actionText,',
        to: "addText.run(number, actionText.replace('orders', 'users'),",
      },
      {
        does: 'shows less than all of it',
        file: 'bot/app/view-payload.ts',
        from: 'return { ok: true, request, payload,',
        to: 'return { ok: true, request, payload: { kind: payload.kind },',
      },
    ],
  ],
  [
    3,
    [
      {
        does: 'stays approved after it was released',
        file: 'bot/core/lifecycle/evolve.ts',
        from: "return { ...request, state: 'executing', execution:",
        to: 'return { ...request, execution:',
      },
      {
        does: 'releases again what nobody heard of any more',
        file: 'bot/core/lifecycle/release.ts',
        from: "if (request.state !== 'approved') {",
        to: "if (request.state !== 'approved' && request.state !== 'unknown') {",
      },
      {
        does: 'forgets which submission an idempotency key made',
        file: 'bot/app/submit-request.ts',
        from: 'if (key !== null) tx.rememberSubmission(',
        to: 'if (false) tx.rememberSubmission(',
      },
    ],
  ],
  [
    4,
    [
      {
        does: 'does not write down who saw it',
        file: 'bot/app/change-request.ts',
        from: 'for (const event of events) {',
        to: "for (const event of events.filter(({ type }) => type !== 'payload.viewed')) {",
      },
      {
        does: 'does not write down a refusal',
        file: 'bot/app/change-request.ts',
        from: 'recordRefusal(context, writing, caller, refused(refusal.code), request);',
        to: '',
      },
      {
        does: 'tells nobody of a change',
        file: 'bot/app/change-request.ts',
        from: 'announce(context, writing.tx, current, logged, actor);',
        to: '',
      },
      {
        does: 'keeps half of a write that failed',
        file: 'store/sqlite/group-commit.ts',
        from: `        rollbackTo();
        release();
        restore();`,
        to: '        release();',
      },
      {
        does: 'does not say that the clock stepped back',
        file: 'bot/app/change-request.ts',
        from: 'if (behindMs !== null) tx.append(',
        to: 'if (false) tx.append(',
      },
      {
        does: 'keeps a vote in the row that the log does not have',
        file: 'bot/core/lifecycle/evolve.ts',
        from: "case 'request.expired':",
        to: "case 'request.expired': request = { ...request, shown: [] };",
      },
    ],
  ],
  [
    5,
    [
      {
        does: 'lets a rule that cannot be evaluated go',
        file: 'bot/core/policy.ts',
        from: "return rule.effect === 'allow' ? 'unevaluable' : 'bound';",
        to: "return 'unevaluable';",
      },
      {
        does: 'lets in a token that nobody issued',
        file: 'connectors/api/authenticate.ts',
        from: 'return byHash.get(hash) ?? bySession(hash);',
        to: 'return byHash.get(hash) ?? bySession(hash) ?? [...byHash.values()][0] ?? null;',
      },
      {
        does: 'takes any action from any client',
        file: 'bot/app/claims.ts',
        from: 'actions.some((glob) => matchesAction(glob, action)) &&',
        to: '',
      },
      {
        does: 'takes an environment that nobody declared',
        file: 'bot/app/claims.ts',
        from: 'environment === null || context.rulebook.environments.has(environment);',
        to: 'true;',
      },
      {
        does: 'takes anybody in on_behalf_of',
        file: 'bot/app/claims.ts',
        from: '(client?.mayActFor.has(person) ?? false)',
        to: 'client !== null',
      },
      {
        does: 'releases what its asker may not ask any more',
        file: 'bot/app/judge-anew.ts',
        from: 'const isTheirs = mayStillAsk(rulebook, request);',
        to: 'const isTheirs = true;',
      },
      {
        does: 'judges a submission by the policy before the one that is in force',
        file: 'bot/app/submit-request.ts',
        from: 'return rulebook === by;',
        to: 'return true;',
      },
      {
        does: 'lets anybody lift a flag',
        file: 'bot/core/lifecycle/eligibility.ts',
        from: 'return now.groupsOf(person).some((group) => now.clearFrom.includes(group));',
        to: 'return true;',
      },
    ],
  ],
  [
    6,
    [
      {
        does: 'wakes nobody who waits',
        file: 'bot/app/watchers.ts',
        from: 'for (const onChange of [...(byId.get(id) ?? [])]) onChange(changed);',
        to: '',
      },
      {
        does: 'shows a request as open past its deadline',
        file: 'bot/app/read-requests.ts',
        from: 'const isCurrent = due === null || context.time.now() < due;',
        to: 'const isCurrent = true;',
      },
      {
        does: 'does not answer a write that failed',
        file: 'store/sqlite/group-commit.ts',
        from: 'return () => reject(fault);',
        to: 'return () => {};',
      },
      {
        does: 'goes on behind a write that was undone, and never gets it written',
        file: 'store/sqlite/group-commit.ts',
        from: `        release();
        restore();`,
        to: '        release();',
      },
      {
        does: 'does not record what time has done',
        file: 'bot/app/expire-due.ts',
        from: 'if (due.length === 0) return;',
        to: 'return;',
      },
    ],
  ],
  [
    'model',
    [
      {
        does: 'lets the requester cancel while flagged',
        file: 'bot/core/lifecycle/withdraw.ts',
        from: "if (request.state === 'flagged') return refuse('FLAGGED');",
        to: '',
      },
      {
        does: 'joins what another human stands behind',
        file: 'bot/app/twin-key.ts',
        from: '...exclusions.map(({ person }) => person), ',
        to: '',
      },
      {
        does: 'gives an open request more time than a new policy does',
        file: 'bot/core/lifecycle/reevaluate.ts',
        from: 'expiresAt: Math.min(expiresAt, createdAt + expiresAfterMs)',
        to: 'expiresAt',
      },
      {
        does: 'waits longer for a caller that left',
        file: 'bot/app/presence.ts',
        from: 'const GONE_AFTER_MS = 120_000;',
        to: 'const GONE_AFTER_MS = 240_000;',
      },
    ],
  ],
];
