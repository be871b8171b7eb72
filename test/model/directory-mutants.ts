import type { Mutant } from './mutants.ts';
import type { Broken } from './step.ts';

/**
 * Of groups that somebody else keeps: asked anew at each decision, and what is not known refuses. A
 * policy that comes back and passes for one that was met is too rare for chance: the last tests of
 * connectors/api/silent-directory.test.ts find it.
 */
export const DIRECTORY_MUTANTS: readonly (readonly [Broken, readonly Mutant[]])[] = [
  [
    5,
    [
      {
        does: 'lets people decide by what a directory said a while ago',
        file: 'bot/app/change-request.ts',
        from: 'if (isPerson(caller)) await context.directories.renew();',
        to: 'if (isPerson(caller)) await context.directories.recent();',
      },
      {
        does: 'releases by what a directory said a while ago',
        file: 'bot/app/consume-request.ts',
        from: 'await context.directories.renew();',
        to: 'await context.directories.recent();',
      },
    ],
  ],
  [
    'model',
    [
      {
        does: 'takes a directory that fails for one with nobody in it',
        file: 'bot/app/roster.ts',
        from: 'if (known.includes(undefined)) unknownGroups.add(name);',
        to: '',
      },
      {
        does: 'goes on with the last answer of a directory that fails',
        file: 'bot/app/roster.ts',
        from: 'if (accounts === null) answers.delete(key);',
        to: 'if (accounts === null) return;',
      },
      {
        does: 'goes on with an answer for two minutes',
        file: 'bot/app/roster.ts',
        from: 'const FRESH_MS = 60_000;',
        to: 'const FRESH_MS = 120_000;',
      },
      {
        does: 'lets requests meet a policy of whose people nobody knows who they are',
        file: 'bot/app/change-request.ts',
        from: 'if (!hasToMeet(ticked, version) || context.rulebook.unknownGroups.size > 0) return ticked;',
        to: 'if (!hasToMeet(ticked, version)) return ticked;',
      },
      {
        does: 'decides by the policy before while the one in force waits for a directory',
        file: 'bot/core/lifecycle/decide.ts',
        from: "if (!onlyStops(command)) return refuse('DIRECTORY_UNAVAILABLE');",
        to: '',
      },
      {
        does: 'lets people settle by the policy before while the one in force waits for a directory',
        file: 'bot/core/lifecycle/decide.ts',
        from: "case 'settle':\n      return false;",
        to: "case 'settle':\n      return command.type === 'settle';",
      },
      {
        does: 'counts votes of a group of which nobody knows the members',
        file: 'bot/core/lifecycle/review.ts',
        from: "if (isUnsure(request, now)) return refuse('DIRECTORY_UNAVAILABLE');",
        to: '',
      },
      {
        does: 'calls an approval lost that nobody can confirm now',
        file: 'bot/core/lifecycle/release.ts',
        from: "isUnknown ? 'DIRECTORY_UNAVAILABLE' : 'NOT_APPROVED'",
        to: "'NOT_APPROVED'",
      },
      {
        does: 'creates what nobody knows who may approve',
        file: 'bot/app/submit-request.ts',
        from: "if (isUnsure(context.rulebook, evaluation)) return refuse('DIRECTORY_UNAVAILABLE');",
        to: '',
      },
    ],
  ],
];
