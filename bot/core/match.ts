import type { JsonObject } from './canonical-json.ts';
import { actionGlob, type Glob, targetGlob, targetText } from './glob.ts';
import type { Instant, Requester, Risk, Target } from './request.ts';

/** What a rule can look at. Ids are the config's keys, as they are written there. */
export interface Facts {
  readonly action: string;
  readonly target: Target;
  readonly requester: { readonly id: string; readonly kind: Requester['kind'] };
  readonly onBehalfOf: string | null;
  /** Groups of the person who asks, or on whose behalf it is asked. */
  readonly groups: readonly string[];
  readonly payload: JsonObject;
  /** The action's configured risk. */
  readonly risk: Risk;
  readonly now: Instant;
}

/** What must all hold. Of each list, one is enough. */
export interface Match {
  readonly action?: readonly string[];
  readonly target?: readonly string[];
  readonly environment?: readonly string[];
  readonly requesterKind?: readonly Requester['kind'][];
  readonly requesterId?: readonly string[];
  readonly groups?: readonly string[];
  readonly risk?: readonly Risk[];
}

/** The facts that a match looks at: all of them stand in a request for ever. */
export type MatchFacts = Pick<Facts, 'action' | 'target' | 'requester' | 'groups' | 'risk'>;

type Test = (facts: MatchFacts) => boolean;
/** In the order in which they are looked at. */
type Tests = readonly (readonly [keyof Match, Test])[];

/** A policy asks the same few hundred matches of every request, so each is read once. */
const READ = new WeakMap<Match, Tests>();

/** The first part of the match that these facts do not meet, or null when they meet all of it. */
export function missOf(match: Match, facts: MatchFacts): keyof Match | null {
  let tests = READ.get(match);
  if (tests === undefined) {
    tests = testsOf(match);
    READ.set(match, tests);
  }
  for (const [part, test] of tests) if (!test(facts)) return part;
  return null;
}

function testsOf(match: Match): Tests {
  const { action, target, environment, requesterKind, requesterId, groups, risk } = match;
  const tests: (readonly [keyof Match, Test])[] = [];
  if (action) tests.push(['action', anyOf(action.map(actionGlob), (facts) => facts.action)]);
  if (environment)
    tests.push(['environment', ({ target: { environment: name } }) => environment.includes(name)]);
  if (target) tests.push(['target', anyOf(target.map(targetGlob), (facts) => targetText(facts.target))]);
  if (requesterKind) tests.push(['requesterKind', ({ requester: { kind } }) => requesterKind.includes(kind)]);
  if (requesterId)
    tests.push(['requesterId', anyOf(requesterId.map(actionGlob), (facts) => facts.requester.id)]);
  if (groups) tests.push(['groups', (facts) => groups.some((group) => facts.groups.includes(group))]);
  if (risk) tests.push(['risk', (facts) => risk.includes(facts.risk)]);
  return tests;
}

function anyOf(globs: readonly Glob[], textOf: (facts: MatchFacts) => string): Test {
  return (facts) => {
    const value = textOf(facts);
    return globs.some((glob) => glob(value));
  };
}
