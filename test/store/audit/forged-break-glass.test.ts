import { describe, expect, it } from 'vitest';
import type { Json } from '../../../bot/core/canonical-json.ts';
import { verifyForged } from './forge.ts';
import { forgery } from './forgery.ts';
import { liveAGlassDay } from './glass-day.ts';

const { add, at, change, drop, each, impersonate, like, of, read, sound, who } = forgery(liveAGlassDay);
const NO_DIGEST = `sha256:${'0'.repeat(64)}`;
const used = (name = 'right') => of(name, 'break_glass.used');
const reviewed = (name = 'right') => of(name, 'break_glass.reviewed');
const LATER = '2026-11-22T23:00:00.000Z';

it('takes the day as it was', async () => {
  expect(await verifyForged(sound())).toMatchObject({ problem: null, requests: 7 });
});

/** Puts a dba's name on it everywhere, who was shown the view too. */
function brokenBy(key: string): number {
  impersonate(of('right', 'payload.viewed'), key);
  change(of('right', 'request.approved'), 'actor.person', who(key));
  return impersonate(used(), key);
}

describe('a broken glass', () => {
  each([
    [
      'one that is said to have been broken by another',
      () => change(used(), 'data.person', who('alice')),
      /its actor is not who broke it/,
    ],
    [
      'one by somebody whom the policy does not name',
      () => brokenBy('frank'),
      /the policy does not give them/,
    ],
    ['one by the owner of the agent', () => brokenBy('olga'), /who is excluded from this request/],
    [
      'one by somebody who was in none of its groups',
      () => change(used(), 'actor.roles', ['security']),
      /who was in none of its groups/,
    ],
    [
      'one by groups that the policy does not name',
      () => change(change(used(), 'actor.roles', ['leads']), 'data.who', ['leads']),
      /the policy does not give them/,
    ],
    [
      'one that others review than the policy says',
      () => change(used(), 'data.review_by', ['dba']),
      /the policy does not give them/,
    ],
    [
      'one that is reviewed later than the policy says',
      () => change(used(), 'data.due_at', LATER),
      /falls due at another time/,
    ],
    [
      'one with too short a reason',
      () => change(used(), 'data.reason_length', 19),
      /its reason is too short/,
    ],
    ['one without a reason', () => change(used(), 'd', {}), /its reason is too short/],
    [
      'one on another action',
      () => change(used(), 'data.action_digest', NO_DIGEST),
      /on another action digest/,
    ],
    [
      'one with another target typed out',
      () => change(used(), 'data.target', 'postgres/prod/order'),
      /another target typed out/,
    ],
    [
      'one by somebody who was not shown the view',
      () => drop(of('right', 'payload.viewed')),
      /who was not served the view/,
    ],
    ['one by a token of a critical request', () => critical(), /too weak a way/],
    ['one that is left out', () => drop(used()), /approved without its quorum/],
    [
      'the approval that is left out',
      () => drop(of('right', 'request.approved')),
      /request.approved of request 1 must follow/,
    ],
    [
      'an approval that names people',
      () => change(of('right', 'request.approved'), 'data.filled_by', [[who('bob')]]),
      /alone, and it names people/,
    ],
    ['one while the last one of that person is overdue', () => overdue(), /whose last one is overdue/],
    [
      'one that a freeze is said to have held up, of an action that nobody approved',
      () => second(),
      /request 1, which is executing/,
    ],
  ]);
});

/** The whole request is critical, and its glass was broken by a call. */
function critical(): number {
  const first = of('right', 'request.submitted');
  for (let index = first; index <= used(); index += 1) change(index, 'subject.risk', 'critical');
  change(first, 'data.demands.risk', 'critical');
  change(used(), 'actor.via', 'api');
  return change(used(), 'data.via', 'api');
}

/** Alice breaks the next one too, before anybody has reviewed her last. */
function overdue(): number {
  drop(reviewed('late'));
  impersonate(of('rejected', 'payload.viewed'), 'alice');
  return impersonate(used('rejected'), 'alice');
}

function second(): number {
  const grant = of('right', 'grant.issued');
  return add(grant + 1, like(used(), { ts: read(grant, 'ts'), 'data.freezes': ['busy'] }));
}

describe('the review of a broken glass', () => {
  each([
    ['one by who broke it', () => impersonate(reviewed(), 'bob'), /who broke it/],
    ['one by the owner of the agent', () => impersonate(reviewed(), 'olga'), /excluded from this request/],
    [
      'one by somebody who is not of its groups',
      () => change(reviewed(), 'actor.roles', ['dba']),
      /in none of the groups that review it/,
    ],
    [
      'one by another than who is named',
      () => change(reviewed(), 'data.person', who('erin')),
      /its actor is not who reviewed/,
    ],
    ['one without a comment', () => change(reviewed(), 'd', {}), /reviewed without a comment/],
    ['a second one', () => add(reviewed() + 1, like(reviewed())), /that was reviewed before/],
    [
      'one of what nobody broke',
      () => change(reviewed(), 'subject', read(of('open', 'request.submitted'), 'subject')),
      /by .* who|of a glass that nobody broke|broke it|excluded/,
    ],
    [
      'a rejection that revoked nothing',
      () => drop(of('rejected', 'request.revoked')),
      /request.revoked of request 3 must follow/,
    ],
    [
      'a rejection that stopped nothing',
      () => drop(of('stopped', 'request.stop_requested')),
      /request.stop_requested of request 4 must follow/,
    ],
    [
      'a flag that froze nobody',
      () => drop(of('flagged', 'requester.frozen')),
      /requester.frozen of request 6 must follow/,
    ],
    [
      'a revocation by a review that there was not',
      () => drop(reviewed('rejected')),
      /by a review that there was not/,
    ],
    [
      'an approve turned into a reject',
      () => change(reviewed(), 'data.verdict', 'reject') + 1,
      /request.stop_requested of request 1 must follow/,
    ],
    [
      'a flag turned into an approve',
      () => change(reviewed('flagged'), 'data.verdict', 'approve') + 1,
      /by a review that there was not|must follow/,
    ],
  ]);
});

describe('a review that is overdue', () => {
  const due = () => of('late', 'break_glass.overdue');
  each([
    ['one before its time', () => change(due(), 'data.due_at', LATER), /overdue before its time/],
    ['one of another person', () => change(due(), 'data.person', who('bob')), /a review that is not due/],
    [
      'one that a person recorded',
      () => change(due(), 'actor', read(reviewed('late'), 'actor')),
      /its actor is not keyturn/,
    ],
    ['a second one', () => add(due() + 1, like(due())), /a review that is not due/],
    [
      'one of what was reviewed',
      () => add(reviewed('late') + 1, like(due(), { ts: read(reviewed('late'), 'ts') })),
      /a review that is not due/,
    ],
  ]);
});

describe('the payload of a broken glass', () => {
  const erasedFrom = (name: string, ended: number) =>
    like(of('right', 'execution.succeeded'), {
      type: 'payload.erased',
      actor: { kind: 'keyturn' },
      subject: read(of(name, 'request.submitted'), 'subject'),
      ts: read(ended, 'ts'),
      data: {},
      d: {},
    });
  each([
    [
      'one that went before somebody had looked at it',
      () => {
        const ended = of('late', 'execution.succeeded');
        return add(ended + 1, erasedFrom('late', ended));
      },
      /a broken glass that nobody has reviewed/,
    ],
  ]);
});

describe('a policy that would have allowed it', () => {
  it.each<[string, (entry: number) => void]>([
    ['one who breaks', (entry) => change(entry, 'data.demands.break_glass.0.candidates', [who('frank')])],
    ['a shorter reason', (entry) => change(entry, 'data.demands.break_glass.0.reason_min', 1)],
    [
      'more time for its review',
      (entry) => change(entry, 'data.demands.break_glass.0.review_within_ms', 9_000_000_000),
    ],
    ['other reviewers', (entry) => change(entry, 'data.demands.break_glass.0.review_by', ['dba'])],
  ])('cannot be put in later, by a reload that adds %s', async (_what, loosen) => {
    const log = structuredClone(sound()) as { [key: string]: Json }[];
    const index = log.findIndex(({ type }) => type === 'request.submitted');
    const submitted = log[index] as { [key: string]: Json };
    const demands = (submitted['data'] as { [key: string]: Json })['demands'] as { [key: string]: Json };
    const version = demands['policy_version'] as Json;
    const { data: _data, d: _d, ...rest } = submitted;
    const reevaluated = {
      ...rest,
      type: 'request.reevaluated',
      actor: { kind: 'policy', version },
      data: { demands: structuredClone(demands) },
    } as { [key: string]: Json };
    log.splice(index + 1, 0, reevaluated);
    expect((await verifyForged(log)).problem).toBeNull();
    const [glass] = (reevaluated['data'] as { demands: { break_glass: { [key: string]: Json }[] } }).demands
      .break_glass;
    if (glass === undefined) throw new Error('there is no glass');
    const before = JSON.stringify(glass);
    Object.assign(glass, changed(loosen, glass));
    expect(JSON.stringify(glass)).not.toBe(before);
    expect((await verifyForged(log)).problem?.why).toMatch(/it adds a way to break glass/);
  });
});

/** What the change would write, read off a scratch entry: the forger's tools work on the log of the day. */
function changed(loosen: (entry: number) => void, glass: { [key: string]: Json }): { [key: string]: Json } {
  const entry = of('right', 'request.submitted');
  const kept = structuredClone(at(entry));
  loosen(entry);
  const [loose] = (at(entry)['data'] as { demands: { break_glass: { [key: string]: Json }[] } }).demands
    .break_glass;
  Object.assign(at(entry), kept);
  return { ...glass, ...loose };
}
