import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Day, liveADay } from './day.ts';
import { find, type Forged, get, like, parse, put, verifyForged } from './forge.ts';

let day: Day;
let sound: readonly Forged[];
let log: Forged[];
beforeAll(async () => {
  day = await liveADay();
  sound = parse(day.world.entries());
});
afterAll(() => {
  day.world.close();
  day.world.remove();
});

const of = (name: string, type: string, nth = 0) => find(log, day.number[name] ?? null, type, nth);
const who = (key: string) => day.world.personOf(key);
const change = (index: number, path: string, value: Parameters<typeof put>[2]) => {
  put(log[index], path, value);
  return index;
};
const drop = (index: number, count = 1) => {
  log.splice(index, count);
  return index;
};
const add = (index: number, ...entries: readonly Forged[]) => {
  log.splice(index, 0, ...entries);
  return index;
};
const asPerson = (key: string) => ({ 'actor.person': who(key), 'data.person': who(key) });

/** Titles say what the forger did; every hash in the log is right again before it is looked at. */
type Case = readonly [title: string, forge: () => number, why: RegExp];

function each(cases: readonly Case[]): void {
  it.each(cases)('finds %s', async (_title, forge, why) => {
    log = structuredClone(sound) as Forged[];
    const seq = forge();
    const { problem } = await verifyForged(log);
    expect(problem).toEqual({ seq, why: expect.stringMatching(why) });
  });
}

it('finds nothing wrong with the day that the forgers start from', async () => {
  expect((await verifyForged(sound)).problem).toBeNull();
});

describe('an approval', () => {
  each([
    [
      'one that a vote is missing for',
      () => drop(of('run', 'review.recorded')) && change(of('run', 'review.recorded'), 'data.filled', 2),
      /2 of 2 chairs are filled; the votes fill 1 of 2/,
    ],
    [
      'one without any vote',
      () => drop(of('run', 'payload.viewed'), 4) && of('run', 'request.approved'),
      /approved without its quorum: the votes fill 0 of 2/,
    ],
    [
      'one after a vote that says itself that chairs are empty',
      () => change(of('run', 'review.recorded', 1), 'data.filled', 1) + 1,
      /neither a vote nor a rule made it so/,
    ],
    [
      'one person in two seats',
      () => {
        const vote = of('stricter', 'review.recorded');
        // Carol may sit for either group, and here she does so for both.
        const lead = of('stricter', 'request.approved');
        change(lead, 'data.filled_by', [[who('carol')], [who('carol')], [who('frank')]]);
        return vote < lead ? lead : -1;
      },
      /do not fill the seats, each of them once/,
    ],
    [
      'somebody in a seat who never voted',
      () => change(of('run', 'request.approved'), 'data.filled_by', [[who('carol')], [who('dave')]]),
      /do not fill the seats/,
    ],
    [
      'people in each other’s seats',
      () => change(of('run', 'request.approved'), 'data.filled_by', [[who('dave')], [who('bob')]]),
      /do not fill the seats/,
    ],
    [
      'more people in a seat than it has chairs',
      () => change(of('stricter', 'request.approved'), 'data.filled_by', [[who('alice'), who('carol')], [], [who('frank')]]),
      /do not fill the seats/,
    ],
    [
      'seats that it does not name',
      () => change(of('run', 'request.approved'), 'data.filled_by', [[who('bob')]]),
      /do not fill the seats/,
    ],
    [
      'a second approve by one person that counts as another',
      () => {
        const second = of('settled', 'review.recorded', 1);
        log[second] = like(log[second], { ...asPerson('alice') });
        return second;
      },
      /a second approve by/,
    ],
    [
      'one by the owner of the client that asked',
      () => {
        log[of('run', 'review.recorded')] = like(log[of('run', 'review.recorded')], asPerson('olga'));
        return of('run', 'review.recorded');
      },
      /olga|who is excluded/,
    ],
    [
      'one by the person on whose behalf it was asked',
      () => {
        log[of('run', 'review.recorded')] = like(log[of('run', 'review.recorded')], asPerson('alice'));
        return of('run', 'review.recorded');
      },
      /who is excluded from this request/,
    ],
    [
      'one by the person who asked',
      () => {
        log[of('human', 'review.recorded')] = like(log[of('human', 'review.recorded')], asPerson('alice'));
        return of('human', 'review.recorded');
      },
      /who is excluded from this request/,
    ],
    [
      'a vote of somebody who is no candidate',
      () => {
        log[of('run', 'review.recorded')] = like(log[of('run', 'review.recorded')], asPerson('paul'));
        return of('run', 'review.recorded');
      },
      /seat 0, which psn_\w+ is no candidate for/,
    ],
    [
      'a vote for a seat that there is not',
      () => change(of('run', 'review.recorded'), 'data.seats', [0, 7]),
      /a vote for seat 7/,
    ],
    ['a vote that lists no seat', () => change(of('run', 'review.recorded'), 'data.seats', []), /can fill no seat/],
    [
      'a vote on another digest',
      () => change(of('run', 'review.recorded'), 'data.action_digest', `sha256:${'0'.repeat(64)}`),
      /a vote on another action digest/,
    ],
    [
      'a vote cast by a machine',
      () => change(of('run', 'review.recorded'), 'actor', get(log[of('run', 'request.submitted')] as Forged, 'actor')),
      /its actor is not who votes/,
    ],
    [
      'a vote cast in the name of another',
      () => change(of('run', 'review.recorded'), 'actor.person', who('carol')),
      /its actor is not who votes/,
    ],
    ['a vote that came in another way', () => change(of('run', 'review.recorded'), 'data.via', 'room'), /its actor is not who votes/],
    [
      'a chair more than the plan has',
      () => change(of('run', 'review.recorded'), 'data.of', 3),
      /it says 1 of 3 chairs are filled; the votes fill 1 of 2/,
    ],
    [
      'an approve by API without the payload having been fetched',
      () => {
        const viewed = drop(of('run', 'payload.viewed'));
        return viewed;
      },
      /by API by psn_\w+, who was not served the view/,
    ],
    [
      'an approve by API after another request’s payload was fetched',
      () => {
        const viewed = of('run', 'payload.viewed');
        return change(viewed, 'data.view_digest', `sha256:${'0'.repeat(64)}`);
      },
      /the view of another digest/,
    ],
    [
      'a payload fetched by somebody else',
      () => change(of('run', 'payload.viewed'), 'data.person', who('carol')),
      /its actor is not who viewed/,
    ],
    [
      'an approve by API of a critical request',
      () => {
        const vote = of('critical', 'review.recorded');
        log[vote] = like(log[vote], { 'data.via': 'api', 'actor.via': 'api' });
        return vote;
      },
      /by API of a critical request/,
    ],
    [
      'a time to use it that the plan does not give',
      () => change(of('run', 'request.approved'), 'data.usable_until', '2026-11-23T10:00:03.000Z'),
      /another time than the plan says/,
    ],
    [
      'an approval by somebody else than who voted last',
      () => change(of('run', 'request.approved'), 'actor.person', who('carol')),
      /request.approved of request 1 must follow/,
    ],
    [
      'an approval that is later than the vote',
      () => change(of('run', 'request.approved'), 'ts', get(log[of('run', 'execution.succeeded')] as Forged, 'ts')),
      /request.approved of request 1 must follow/,
    ],
    [
      'an approval that is left out',
      () => drop(of('run', 'request.approved')),
      /request.approved of request 1 must follow/,
    ],
    [
      'a rule’s approval that names people',
      () => change(of('allowed', 'request.approved'), 'data.filled_by', [[who('bob')]]),
      /a rule approved it, and it names people/,
    ],
    [
      'a rule’s approval that a person gives',
      () => change(of('allowed', 'request.approved'), 'actor', get(log[of('run', 'request.approved')] as Forged, 'actor')),
      /request.approved of request 3 must follow/,
    ],
    [
      'a rule’s approval by another policy',
      () => change(of('allowed', 'request.approved'), 'actor.version', `sha256:${'0'.repeat(64)}`),
      /request.approved of request 3 must follow/,
    ],
    [
      'an approval on the votes from before a flag',
      () => {
        const vote = of('besides', 'review.recorded', 1);
        return drop(vote - 1, 2) && of('besides', 'review.recorded', 1);
      },
      /it says 2 of 2 chairs are filled; the votes fill 1 of 2/,
    ],
    [
      'a vote at the very moment of expiry',
      () => {
        const end = get(log[of('open', 'request.submitted')] as Forged, 'data.demands.expires_at');
        const vote = of('open', 'review.recorded');
        drop(vote + 1, log.length);
        return change(vote, 'ts', end);
      },
      /review.recorded of request 19 at or after its deadline/,
    ],
    [
      'an approve of a request that is flagged',
      () => {
        const vote = of('rejected', 'review.recorded');
        const seen = like(log[vote - 1], { subject: get(log[of('flaggedLast', 'review.recorded')] as Forged, 'subject') });
        put(seen, 'data.view_digest', get(seen, 'subject.view_digest'));
        const late = like(log[vote], { subject: get(seen, 'subject'), 'data.action_digest': get(seen, 'subject.action_digest') });
        for (const entry of [seen, late]) put(entry, 'ts', '2026-11-22T11:52:07.000Z');
        return add(log.length, seen, late) + 1;
      },
      /an approve on a request that is flagged|a approve on a request that is flagged/,
    ],
    [
      'an approve without the comment that the plan demands',
      () => {
        const vote = of('rejected', 'review.recorded', 1);
        delete (log[vote] as Forged)['d'];
        return vote;
      },
      /demands a comment with a reject/,
    ],
  ]);
});

describe('a recount after the policy changed', () => {
  each([
    [
      'a vote that counts for a seat which its person is no candidate for',
      () => change(of('stricter', 'request.approved'), 'data.filled_by', [[who('alice')], [who('frank')], [who('carol')]]),
      /do not fill the seats/,
    ],
    [
      'a vote of somebody who is excluded by then',
      () => {
        const change1 = of('stricter', 'request.reevaluated');
        const exclusions = get(log[change1] as Forged, 'data.demands.exclusions') as Forged[];
        exclusions.push({ person: who('carol'), because: 'excluded by rule late' });
        return of('stricter', 'review.recorded', 1);
      },
      /it says 2 of 3 chairs are filled; the votes fill 1 of 3/,
    ],
  ]);
});
