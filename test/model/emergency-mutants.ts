import type { Mutant } from './mutants.ts';

/** The same of what stops an action, and of what lets one go on in an emergency. */
export const EMERGENCY_MUTANTS: readonly (readonly [rule: string, readonly Mutant[]])[] = [
  [
    'freezes of the calendar',
    [
      {
        does: 'creates in a freeze',
        file: 'bot/app/submit-request.ts',
        from: 'if (freezes.length > 0) return',
        to: 'if (false) return',
      },
      {
        does: 'approves in a freeze',
        file: 'bot/core/lifecycle/review.ts',
        from: 'if (freezes.length > 0) return',
        to: 'if (false) return',
      },
      {
        does: 'releases in a freeze',
        file: 'bot/core/lifecycle/release.ts',
        from: 'if (freezes.length > 0) return',
        to: 'if (false) return',
      },
      {
        does: 'keeps even a broken glass to the calendar',
        file: 'bot/core/lifecycle/release.ts',
        from: 'glassStands(request, now) ? [] : now.freezes()',
        to: 'now.freezes()',
      },
    ],
  ],
  [
    'break-glass',
    [
      {
        does: 'lets somebody in the exclusion set break it',
        file: 'bot/core/lifecycle/break-glass.ts',
        from: "if (isExcluded(request, person)) return refuse('SELF_REVIEW');",
        to: '',
      },
      {
        does: 'lets it override a flag',
        file: 'bot/core/lifecycle/break-glass.ts',
        from: "if (request.state === 'flagged') return refuse('FLAGGED');",
        to: '',
      },
      {
        does: 'lets it override the freeze of a requester',
        file: 'bot/core/lifecycle/break-glass.ts',
        from: "if (now.isRequesterFrozen()) return refuse('REQUESTER_FROZEN');",
        to: '',
      },
      {
        does: 'takes it on another digest',
        file: 'bot/core/lifecycle/break-glass.ts',
        from: "if (command.actionDigest !== request.actionDigest) return refuse('DIGEST_MISMATCH');",
        to: '',
      },
      {
        does: 'takes it from somebody who has not seen all of it',
        file: 'bot/core/lifecycle/break-glass.ts',
        from: "if (!hasSeenAll(request, command)) return refuse('FULL_VIEW_REQUIRED');",
        to: '',
      },
      {
        does: 'takes any reason for it',
        file: 'bot/core/lifecycle/break-glass.ts',
        from: 'if (lengthSeen(reason) < reasonMin)',
        to: 'if (false)',
      },
      {
        does: 'takes it without the target',
        file: 'bot/core/lifecycle/break-glass.ts',
        from: 'if (confirmTarget !== ',
        to: 'if (false && confirmTarget !== ',
      },
      {
        does: 'lets it be broken that nobody could review',
        file: 'bot/core/lifecycle/break-glass.ts',
        from: 'if (!canBeReviewed(request, glass, person, now)) {',
        to: 'if (false) {',
      },
      {
        does: 'lets somebody break it whose last one is overdue',
        file: 'bot/core/lifecycle/break-glass.ts',
        from: "if (now.hasOverdueReview(person)) return refuse('POST_REVIEW_OVERDUE');",
        to: '',
      },
      {
        does: 'lets whoever broke it review it',
        file: 'bot/core/lifecycle/break-glass.ts',
        from: ' || person === brokenGlass?.person',
        to: '',
      },
      {
        does: 'goes on after a review that says no',
        file: 'bot/core/lifecycle/break-glass.ts',
        from: "if (state === 'approved') return [{",
        to: 'if (false) return [{',
      },
      {
        does: 'lets a new policy leave the way that it takes away',
        file: 'bot/core/lifecycle/reevaluate.ts',
        from: 'glassInBoth(held.breakGlass, evaluation.breakGlass)',
        to: 'held.breakGlass',
      },
    ],
  ],
  [
    'flags, dedupe and limits',
    [
      {
        does: 'stops the clock of a flagged request',
        file: 'bot/core/lifecycle/time.ts',
        from: "    case 'flagged':\n      return request.demands.expiresAt;",
        to: '      return request.demands.expiresAt;',
      },
      {
        does: 'cancels for everybody when one of two callers leaves',
        file: 'bot/core/lifecycle/withdraw.ts',
        from: 'if (key !== null && others.length > 0)',
        to: 'if (false)',
      },
      {
        does: 'leaves the other requests of a flagged requester open',
        file: 'bot/core/lifecycle/withdraw.ts',
        from: "if (request.state === 'pending') return accept({ type: 'request.flagged', because: 'requester_frozen' });",
        to: '',
      },
      {
        does: 'takes new requests of a frozen requester',
        file: 'bot/app/submit-request.ts',
        from: "if (tx.frozen(caller.id) !== null) return no(refuse('REQUESTER_FROZEN'));",
        to: '',
      },
      {
        does: 'lets somebody in the exclusion set clear',
        file: 'bot/core/lifecycle/withdraw.ts',
        from: "if (isExcluded(request, person)) return refuse('SELF_REVIEW');",
        to: '',
      },
      {
        does: 'lets somebody in the exclusion set settle',
        file: 'bot/core/lifecycle/release.ts',
        from: "if (isExcluded(request, person)) return refuse('SELF_REVIEW');",
        to: '',
      },
      {
        does: 'makes a second card of the same request',
        file: 'bot/app/submit-request.ts',
        from: "const joined = evaluation.effect === 'require' ?",
        to: 'const joined = false ?',
      },
      // A bot that lets one ask as often as it likes is not caught in 3,000 histories: the other limit is met first.
      {
        does: 'lets one requester have any number open',
        file: 'bot/app/limit-reached.ts',
        from: 'if (!isFull()) return null;',
        to: 'return null;',
      },
    ],
  ],
];
