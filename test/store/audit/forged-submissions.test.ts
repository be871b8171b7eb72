import { describe } from 'vitest';
import type { Json } from '../../../bot/core/canonical-json.ts';
import { forgery } from './forgery.ts';

const { add, at, change, drop, each, length, like, of, read, replace, who } = forgery();
const NO_DIGEST = `sha256:${'0'.repeat(64)}`;
const CLIENT = () => read(of('settled', 'request.submitted'), 'actor');
const PERSON = () => read(of('run', 'review.recorded'), 'actor');

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
