import type { Explanation, Obstacle } from '../app/foresee-submission.ts';
import type { ExplainedSeat } from '../core/explain.ts';
import { toIsoTime } from '../core/instant.ts';
import type { ActionRequest, Demands, Exclusion, PersonId } from '../core/request.ts';
import type { Rulebook } from '../ports/rulebook.ts';
import { durationText } from './duration.ts';
import { ruleLines } from './explained-rules.ts';

export type NameOf = (person: PersonId) => string;

/** What the policy makes of something that nobody has asked yet. */
export function submissionLines(
  explanation: Explanation,
  rulebook: Rulebook,
  nameOf: NameOf,
): readonly string[] {
  const { evaluation } = explanation.policy;
  const { effect, expiresAfterMs, usableForMs, outcomeWithinMs, comment, tell } = evaluation;
  const times = { waits: expiresAfterMs, usable: usableForMs, outcome: outcomeWithinMs };
  return [
    ...askedLines(explanation),
    '',
    ...ruleLines(explanation, rulebook.policy),
    '',
    ...resultLines(effect, evaluation.plans, evaluation.risk, tell),
    ...(effect === 'require' ? demandLines(times, comment) : []),
    ...(effect === 'require' ? ['', ...seatLines(explanation.seats, nameOf)] : []),
    ...excludedLines(explanation.exclusions, nameOf),
    '',
    ...answerLines(explanation),
    ...limitLines(rulebook),
  ];
}

/** What the policy in force makes of a request that is there, beside what is demanded of it. */
export function requestLines(
  explanation: Explanation,
  request: ActionRequest,
  rulebook: Rulebook,
  nameOf: NameOf,
): readonly string[] {
  const { demands, effect } = request;
  const { policy } = explanation;
  const isSame = demands.policyVersion === rulebook.policy.version;
  return [
    `Request ${request.number}, which is ${request.state}.`,
    ...askedLines(explanation),
    '',
    isSame
      ? 'It is held to the policy in force.'
      : 'It is held to the strictest of every policy since it was asked. These are the rules of today.',
    ...ruleLines(explanation, rulebook.policy),
    '',
    ...(isSame ? [] : [`By the policy of today it would be: ${effectText(policy.evaluation)}.`]),
    ...resultLines(effect, demands.plans, demands.risk, request.tell),
    ...(effect === 'require' ? demandLines(timesOf(request), demands.comment) : []),
    ...(effect === 'require' ? ['', ...seatLines(explanation.seats, nameOf)] : []),
    ...excludedLines(explanation.exclusions, nameOf),
  ];
}

function askedLines({ facts }: Explanation): string[] {
  const { action, target, requester, onBehalfOf } = facts;
  const forWhom = onBehalfOf === null ? '' : ` on behalf of ${onBehalfOf}`;
  const kind = requester.kind === 'human' ? 'a person' : `${article(requester.kind)} ${requester.kind}`;
  return [
    `${requester.id} (${kind})${forWhom} asks for ${action} on ${target.system}/${target.environment}/${target.resource}`,
  ];
}

function article(word: string): string {
  return /^[aeiou]/.test(word) ? 'an' : 'a';
}

function effectText({
  effect,
  plans,
}: {
  readonly effect: string;
  readonly plans: readonly string[];
}): string {
  return plans.length === 0 ? effect : `${effect} ${plans.join(' + ')}`;
}

function resultLines(effect: string, plans: readonly string[], risk: string, tell: string | null): string[] {
  return [
    `Result: ${effectText({ effect, plans })}, risk ${risk}`,
    ...(tell === null ? [] : [`  the requester is told: ${tell}`]),
  ];
}

interface Times {
  readonly waits: number;
  readonly usable: number;
  readonly outcome: number;
}

function timesOf({ demands, createdAt }: ActionRequest): Times {
  const { expiresAt, usableForMs: usable, outcomeWithinMs: outcome } = demands;
  return { waits: expiresAt - createdAt, usable, outcome };
}

function demandLines({ waits, usable, outcome }: Times, comment: Demands['comment']): string[] {
  const verdicts = (['approve', 'reject', 'flag'] as const).filter((verdict) => comment[verdict]);
  return [
    `  waits for its reviews ${durationText(waits)}; an approval can be used for ${durationText(usable)}; its outcome is due within ${durationText(outcome)}`,
    ...(verdicts.length === 0 ? [] : [`  a comment is required to ${verdicts.join(', ')}`]),
  ];
}

function seatLines(seats: readonly ExplainedSeat[], nameOf: NameOf): string[] {
  const list = (people: readonly PersonId[]) => people.map(nameOf).join(', ');
  return [
    'Seats, each filled by a different person',
    ...seats.map(({ from, count, open, out, left }) => {
      const groups = from.join(' or ');
      const why = [
        ...(out.length === 0 ? [] : [`excluded: ${list(out.map(({ person }) => person))}`]),
        ...(left.length === 0 ? [] : [`no longer in ${groups}: ${list(left)}`]),
      ];
      const not = why.length === 0 ? '' : `  (${why.join('; ')})`;
      return `  ${count} of ${groups}: ${open.length === 0 ? 'nobody' : list(open)}${not}`;
    }),
  ];
}

function excludedLines(exclusions: readonly Exclusion[], nameOf: NameOf): string[] {
  if (exclusions.length === 0) return [];
  return [
    '',
    'Excluded from every decision about it',
    ...exclusions.map(({ person, because }) => `  ${nameOf(person)}: ${because}`),
  ];
}

function answerLines({ obstacles, policy, facts }: Explanation): string[] {
  const { effect } = policy.evaluation;
  const [first] = obstacles;
  if (first === undefined) {
    const answer = { require: 'held (pending)', allow: 'approved at once', deny: 'denied' }[effect];
    return [`Answer: it would be ${answer}.`];
  }
  return [
    'Answer: it would be refused, and nothing would be created.',
    ...obstacles.map((obstacle) => `  ${obstacle.code}: ${whyRefused(obstacle, facts)}`),
  ];
}

function whyRefused(obstacle: Obstacle, { target, requester }: Explanation['facts']): string {
  switch (obstacle.code) {
    case 'INVALID':
      return obstacle.claim === 'environment'
        ? `"${target.environment}" is not a declared environment`
        : `${requester.id} may not act for that person`;
    case 'ACTION_NOT_ALLOWED':
      return `its action or target is not on the lists of ${requester.id}`;
    case 'FREEZE_IN_FORCE':
      return `the calendar freeze ${obstacle.freeze} is in force until ${toIsoTime(obstacle.until)}`;
    case 'NO_ELIGIBLE_REVIEWER':
      return 'the seats cannot all be filled by different people who are not excluded';
  }
}

function limitLines({ limits: { openPerRequester, newPerMinute } }: Rulebook): string[] {
  const most = (limit: number | 'unlimited') => (limit === 'unlimited' ? 'any number' : String(limit));
  return [`Limits: ${most(openPerRequester)} open and ${most(newPerMinute)} new a minute per requester.`];
}
