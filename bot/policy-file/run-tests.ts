import { askerByKey, type Explanation, foreseeSubmission, type Obstacle } from '../app/foresee-submission.ts';
import type { JsonObject } from '../core/canonical-json.ts';
import { KeyturnFault } from '../core/fault.ts';
import { readIsoTime } from '../core/instant.ts';
import type { Instant, PersonId, Target } from '../core/request.ts';
import type { Rulebook } from '../ports/rulebook.ts';
import type { PolicyTest, TestRequest } from './schema-tests.ts';

/** What a test expected of one thing, and what the policy says, both as people write them. */
export interface Difference {
  readonly what: string;
  readonly expected: string;
  readonly got: string;
}

/** The differences of one test; none, and it passed. */
export function runTest(rulebook: Rulebook, { request, expect }: PolicyTest, now: Instant): Difference[] {
  const explained = foresee(rulebook, request, now);
  const { evaluation } = explained.policy;
  const nameOf = (person: PersonId) => rulebook.people.get(person)?.key ?? person;
  const got = {
    effect: evaluation.effect,
    plans: names(evaluation.plans),
    rules: names(evaluation.rules),
    risk: evaluation.risk,
    seats: seatsText(evaluation.seats),
    excluded: names(explained.exclusions.map(({ person }) => nameOf(person))),
    tell: evaluation.tell ?? 'nothing',
    refusal: obstacleOf(explained, request)?.code ?? 'none',
  };
  const expected: Partial<Record<keyof typeof got, string>> = {
    ...(expect.effect !== undefined && { effect: expect.effect }),
    ...(expect.plans !== undefined && { plans: names(expect.plans) }),
    ...(expect.rules !== undefined && { rules: names(expect.rules) }),
    ...(expect.risk !== undefined && { risk: expect.risk }),
    ...(expect.seats !== undefined && { seats: seatsText(expect.seats) }),
    ...(expect.excluded !== undefined && { excluded: names(expect.excluded) }),
    ...(expect.tell !== undefined && { tell: expect.tell ?? 'nothing' }),
    // A test that says nothing of a refusal is about a request that is let in.
    refusal: expect.refusal ?? 'none',
  };
  return Object.entries(expected).flatMap(([what, wanted]) => {
    const said = got[what as keyof typeof got];
    return said === wanted ? [] : [{ what, expected: wanted, got: said }];
  });
}

/** A test that names no time passes on every day of the year or on none: no freeze counts for it. */
function obstacleOf({ obstacles }: Explanation, { at }: TestRequest): Obstacle | undefined {
  return obstacles.find(({ code }) => at !== undefined || code !== 'FREEZE_IN_FORCE');
}

export function foresee(rulebook: Rulebook, request: TestRequest, now: Instant): Explanation {
  const asker = askerByKey(rulebook, request.requester);
  if (asker === null)
    throw new KeyturnFault('CONFIG_INVALID', `there is no client or person "${request.requester}"`);
  const claims = {
    action: request.action,
    target: toTarget(request.target),
    onBehalfOf: request.on_behalf_of ?? null,
    payload: request.payload as JsonObject,
  };
  return foreseeSubmission(rulebook, asker, claims, request.at === undefined ? now : readIsoTime(request.at));
}

function toTarget(text: string): Target {
  const [system = '', environment = '', ...resource] = text.split('/');
  return { system, environment, resource: resource.join('/') };
}

function names(list: readonly string[]): string {
  return list.length === 0 ? 'none' : [...new Set(list)].sort().join(', ');
}

function seatsText(seats: readonly { readonly from: readonly string[]; readonly count: number }[]): string {
  return names(seats.map(({ from, count }) => `${count} of ${[...new Set(from)].sort().join(' or ')}`));
}
