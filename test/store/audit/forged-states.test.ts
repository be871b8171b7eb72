import { describe } from 'vitest';
import type { Json } from '../../../bot/core/canonical-json.ts';
import { forgery } from './forgery.ts';

const { add, at, change, drop, each, find, impersonate, length, like, of, read, replace, who } = forgery();
const NO_DIGEST = `sha256:${'0'.repeat(64)}`;
const CLIENT = () => read(of('settled', 'request.submitted'), 'actor');
const PERSON = () => read(of('run', 'review.recorded'), 'actor');
const KEYTURN = { kind: 'keyturn' };

describe('a submission', () => {
  const first = () => of('run', 'request.submitted');
  const last = () => of('flaggedLast', 'request.submitted');
  const exclusions = (index: number) => read(index, 'data.demands.exclusions') as Json[];
  each([
    [
      'a request that is left out',
      () => drop(of('left', 'request.submitted'), 2),
      /request 12 comes where request 11 belongs/,
    ],
    [
      'a request whose subject is another',
      () => change(first(), 'subject.number', 2),
      /its subject is another request/,
    ],
    [
      'a request with the id of an older one',
      () => change(last(), 'subject.request', read(first(), 'subject.request')),
      /not one of that moment/,
    ],
    [
      'a request with an id of its own making',
      () => change(last(), 'subject.request', 'req_20'),
      /not one of that moment/,
    ],
    [
      'a client that asks in the name of another',
      () => change(first(), 'actor', CLIENT()),
      /its actor is not that client/,
    ],
    [
      'a client of another kind',
      () => change(first(), 'actor.client_kind', 'pipeline'),
      /its actor is not that client/,
    ],
    [
      'a client with another owner',
      () => change(first(), 'actor.owner', who('paul')),
      /its actor is not that client/,
    ],
    [
      'a person in whose name another asks',
      () => change(of('human', 'request.submitted'), 'actor', PERSON()),
      /not that person/,
    ],
    [
      'a person with an owner',
      () => change(of('human', 'request.submitted'), 'data.owner', who('paul')),
      /not that person/,
    ],
    [
      'an owner who is not excluded',
      () => change(first(), 'data.demands.exclusions', exclusions(first()).slice(1)),
      /stands behind the request and is not excluded/,
    ],
    [
      'an on-behalf-of who is not excluded',
      () => change(first(), 'data.demands.exclusions', exclusions(first()).slice(0, 1)),
      /stands behind the request and is not excluded/,
    ],
    [
      'a person who asks and is not excluded',
      () => change(of('human', 'request.submitted'), 'data.demands.exclusions', []),
      /stands behind the request and is not excluded/,
    ],
    [
      'a seat that nobody must fill',
      () => change(first(), 'data.demands.seats.0.count', 0),
      /a seat that nobody must fill/,
    ],
    [
      'no seats where people must decide',
      () => change(first(), 'data.demands.seats', []),
      /it has 0 seats under require/,
    ],
    [
      'seats where a rule releases',
      () =>
        change(of('allowed', 'request.submitted'), 'data.demands.seats', read(first(), 'data.demands.seats')),
      /it has 2 seats under allow/,
    ],
    [
      'a rule that does not deny',
      () => drop(of('denied', 'request.denied')),
      /request.denied of request 4 must follow/,
    ],
    [
      'one by a requester who is frozen',
      () => {
        const ts = read(length() - 1, 'ts') as string;
        const id = `req_${Date.parse(ts).toString(16).padStart(12, '0')}${'0'.repeat(20)}`;
        return add(
          length(),
          like(last(), { 'subject.request': id, 'subject.number': 21, 'data.number': 21, ts }),
        );
      },
      /a request by ci-1, who is frozen/,
    ],
    [
      'a subject with another target',
      () => change(last(), 'subject.target.resource', 'users'),
      /its subject changes the target/,
    ],
    [
      'a digest that changes later',
      () => change(of('run', 'payload.viewed'), 'subject.action_digest', NO_DIGEST),
      /changes the action_digest/,
    ],
    [
      'a view that changes later',
      () => change(of('run', 'payload.viewed'), 'subject.view_digest', NO_DIGEST),
      /changes the view_digest/,
    ],
    [
      'an id that changes later',
      () => change(of('run', 'payload.viewed'), 'subject.request', 'req_1'),
      /changes the request/,
    ],
    [
      'a risk that changes later',
      () => change(of('run', 'payload.viewed'), 'subject.risk', 'low'),
      /changes the risk/,
    ],
    [
      'a policy that changes later',
      () => change(of('run', 'payload.viewed'), 'subject.policy', NO_DIGEST),
      /changes the policy/,
    ],
    [
      'rules that change later',
      () => change(of('settled', 'payload.viewed'), 'subject.rules', ['reads']),
      /changes the rules/,
    ],
    [
      'a refusal about a request that changed',
      () => change(length() - 1, 'subject.action', 'db.drop'),
      /changes the action/,
    ],
    [
      'an entry about a request that nobody submitted',
      () => change(length() - 1, 'subject.number', 21),
      /which nobody submitted/,
    ],
    [
      'a step that does not say of which request',
      () => {
        const cancelled = of('left', 'request.cancelled');
        const { subject: _, ...rest } = at(cancelled);
        return replace(cancelled, rest);
      },
      /does not say of which request/,
    ],
  ]);
});

describe('a joiner', () => {
  each([
    [
      'another client that joins',
      () => change(of('joined', 'request.deduplicated'), 'actor', CLIENT()),
      /not the requester/,
    ],
    [
      'one that joins while frozen',
      () => {
        const cleared = of('besides', 'request.cleared');
        const then = { subject: read(cleared, 'subject'), ts: read(cleared, 'ts') };
        return add(cleared + 1, like(of('joined', 'request.deduplicated'), then));
      },
      /request.deduplicated of request 8: its requester is frozen/,
    ],
    [
      'a stranger who leaves',
      () => change(of('joined', 'request.detached'), 'actor', PERSON()),
      /neither asked nor stands behind/,
    ],
    [
      'a stranger who cancels',
      () => change(of('left', 'request.cancelled'), 'actor', PERSON()),
      /neither asked nor stands behind/,
    ],
    [
      'a caller who left by its own word',
      () => change(of('alone', 'request.cancelled'), 'actor', CLIENT()),
      /not keyturn/,
    ],
    [
      'a flagged request that its caller cancels',
      () => {
        const subject = read(of('flaggedLast', 'request.flagged'), 'subject');
        return add(
          length(),
          like(of('left', 'request.cancelled'), { subject, actor: CLIENT(), ts: read(length() - 1, 'ts') }),
        );
      },
      /request.cancelled of request 20, which is flagged/,
    ],
  ]);
});

describe('a release', () => {
  const grant = () => of('run', 'grant.issued');
  each([
    [
      'a second grant',
      () => add(grant() + 1, like(grant())),
      /grant.issued of request 1, which is executing/,
    ],
    [
      'a grant after the end',
      () => add(grant() + 2, like(grant(), { ts: read(grant() + 1, 'ts') })),
      /request 1, which is over/,
    ],
    [
      'a grant without an approval',
      () =>
        add(
          of('run', 'review.recorded') + 1,
          like(grant(), { ts: read(of('run', 'review.recorded'), 'ts') }),
        ),
      /grant.issued of request 1, which is pending/,
    ],
    [
      'a grant for another client',
      () => change(grant(), 'actor', CLIENT()),
      /for somebody else than the requester/,
    ],
    [
      'a grant for a person in place of a client',
      () => change(grant(), 'actor', PERSON()),
      /for somebody else than the requester/,
    ],
    ['a grant for another audience', () => change(grant(), 'data.audience', 'ci-1'), /another audience/],
    [
      'a grant at the moment that its approval ends',
      () => {
        const lapsed = of('allowed', 'request.lapsed');
        const ts = read(of('allowed', 'request.approved'), 'data.usable_until');
        return add(lapsed, like(of('settled', 'grant.issued'), { subject: read(lapsed, 'subject'), ts }));
      },
      /grant.issued of request 3 at or after its deadline/,
    ],
    [
      'a grant beyond the shorter time of a later policy',
      () => {
        const late = drop(of('stricter', 'grant.issued') + 1, length());
        return change(late - 1, 'ts', '2026-11-22T11:57:01.000Z');
      },
      /grant.issued of request 15 at or after its deadline/,
    ],
    [
      'an outcome without a grant',
      () => drop(grant()),
      /execution.succeeded of request 1, which is approved/,
    ],
    [
      'an outcome from another client',
      () => change(grant() + 1, 'actor', CLIENT()),
      /somebody else than the requester/,
    ],
    [
      'an outcome that a person reports',
      () => change(of('besides', 'execution.failed'), 'actor', PERSON()),
      /somebody else/,
    ],
    [
      'a late report from another client',
      () => change(of('settled', 'execution.late_report'), 'actor', read(of('run', 'grant.issued'), 'actor')),
      /somebody else than the requester/,
    ],
    [
      'a late report while it runs',
      () =>
        add(
          of('settled', 'execution.unknown'),
          like(of('settled', 'execution.late_report'), { ts: read(of('settled', 'grant.issued'), 'ts') }),
        ),
      /execution.late_report of request 2, which is executing/,
    ],
    [
      'a request that is given up before its time',
      () => change(of('settled', 'execution.unknown'), 'ts', '2026-11-22T10:59:00.000Z'),
      /unknown before the time/,
    ],
    [
      'a person who gives it up',
      () => change(of('settled', 'execution.unknown'), 'actor', PERSON()),
      /not keyturn/,
    ],
    [
      'a settlement by an excluded person',
      () => impersonate(of('settled', 'execution.settled'), 'olga'),
      /settled by psn_\w+, who is excluded/,
    ],
    [
      'a settlement by somebody without a seat',
      () => impersonate(of('settled', 'execution.settled'), 'dave'),
      /who can fill no seat/,
    ],
    [
      'a settlement in the name of another',
      () => change(of('settled', 'execution.settled'), 'data.person', who('bob')),
      /not who settled/,
    ],
    [
      'a settlement without a comment',
      () => change(of('settled', 'execution.settled'), 'd', {}),
      /without a comment/,
    ],
    [
      'a settlement of what still runs',
      () => drop(of('settled', 'execution.unknown'), 2),
      /execution.settled of request 2, which is executing/,
    ],
  ]);
});

describe('time', () => {
  each([
    [
      'an expiry before its time',
      () => change(of('flagged', 'request.expired'), 'ts', '2026-11-22T11:47:20.999Z'),
      /before its deadline/,
    ],
    [
      'a person who lets it expire',
      () => change(of('flagged', 'request.expired'), 'actor', PERSON()),
      /not keyturn/,
    ],
    [
      'a lapse before its time',
      () => change(of('allowed', 'request.lapsed'), 'ts', '2026-11-22T11:16:11.999Z'),
      /before its deadline/,
    ],
    [
      'a person who lets it lapse',
      () => change(of('allowed', 'request.lapsed'), 'actor', PERSON()),
      /not keyturn/,
    ],
    [
      'a request that goes on after it expired',
      () =>
        add(
          of('flagged', 'request.expired') + 1,
          like(of('besides', 'request.cleared'), {
            subject: read(of('flagged', 'request.expired'), 'subject'),
            ts: read(of('flagged', 'request.expired'), 'ts'),
          }),
        ),
      /request.cleared of request 7, which is over/,
    ],
    [
      'a clear of what should have expired',
      () =>
        add(
          of('flagged', 'request.expired'),
          like(of('besides', 'request.cleared'), {
            subject: read(of('flagged', 'request.expired'), 'subject'),
            ts: read(of('flagged', 'request.expired'), 'ts'),
          }),
        ),
      /request.cleared of request 7 at or after its deadline/,
    ],
    [
      'keyturn in place of the policy',
      () => change(of('refused', 'request.denied'), 'actor', KEYTURN),
      /not a policy/,
    ],
    [
      'a policy of another version',
      () => change(of('stricter', 'request.reevaluated'), 'actor.version', NO_DIGEST),
      /not the policy it names/,
    ],
    [
      'a policy in place of which a person decides',
      () => change(of('stricter', 'request.reevaluated'), 'actor', PERSON()),
      /not the policy it names/,
    ],
    [
      'a freeze that nobody lifts',
      () => drop(find('requester.cleared')) && of('besides', 'grant.issued'),
      /who is frozen/,
    ],
  ]);
});
