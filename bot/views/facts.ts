import type { Look, Names } from '../app/look-at-request.ts';
import type { ActionRequest, ExecutorRef, PersonId, Proof } from '../core/request.ts';
import { type Fact, joined, moment, said, type Words } from './words.ts';

const PROOF: Readonly<Record<Proof, string>> = {
  token: 'API token',
  session: 'a session in the room',
  signature: 'their chat account',
  oidc: 'the OIDC token of its job',
  hmac: 'a webhook signed by a shared secret',
  ed25519: 'a webhook signed by its own key',
};

/** Who asks for what, under which rules, and until when. */
export function factsOf(look: Look): readonly Fact[] {
  const { request, names } = look;
  const { action, target, onBehalfOf, demands, requester, executor } = request;
  const where = `${target.system}/${target.environment}/${target.resource}`;
  const proof = PROOF[requester.verifiedBy];
  return [
    {
      label: 'Requester',
      value: [said(names.requester(request)), ` (${requester.kind}, verified by ${proof})`],
    },
    ...(onBehalfOf === null ? [] : [{ label: 'On behalf of', value: [said(names.person(onBehalfOf))] }]),
    { label: 'Action', value: [said(action), ' (as claimed)'] },
    { label: 'Target', value: [said(where), ' (as claimed)'] },
    ...(executor === null ? [] : [{ label: 'Once approved, Keyturn', value: runOf(executor) }]),
    { label: 'Risk', value: [demands.risk] },
    { label: 'Seats', value: seatsOf(look) },
    ...(demands.exclusions.length === 0
      ? []
      : [{ label: 'May not decide', value: excludedOf(request, names) }]),
    ...(request.unresolved.length === 0 ? [] : [{ label: 'Linked to nobody', value: unresolvedOf(request) }]),
    ...deadline(request),
  ];
}

const AFTER_A_CRASH: Readonly<Record<ExecutorRef['kind'], string>> = {
  idempotent: 'Cut short, it is tried again.',
  checkable: 'Cut short, the target is asked before it is tried again.',
  once: 'It is started once at most.',
};

/** What would run, as the config and this payload say: not a claim, and held by the request from its submission on. */
function runOf({ line, runsOn, kind }: ExecutorRef): Words {
  const where = runsOn.length === 0 ? '' : `, on a worker with ${runsOn.join(' and ')}`;
  // It was made visible when it was asked; a second time would mark the marks.
  return [{ untrusted: line }, `${where}. ${AFTER_A_CRASH[kind]}`];
}

/** "dba 1/1 (Bob), security 0/1". */
function seatsOf({ request, filledBy, names }: Look): Words {
  const { seats } = request.demands;
  if (seats.length === 0)
    return [request.effect === 'deny' ? 'none: a rule denies it' : 'none: a rule allows it'];
  const parts = seats.map(({ from, count }, index): Words => {
    const people = filledBy[index] ?? [];
    const by = people.length === 0 ? [] : [' (', ...peopleWords(people, names), ')'];
    return [`${from.join(' or ')} ${people.length}/${count}`, ...by];
  });
  return joined(parts, ', ');
}

/** The seats that nobody fills yet: "security 0/1". */
export function missingSeats({ request, filledBy }: Look): string {
  return request.demands.seats
    .flatMap(({ from, count }, index) => {
      const filled = filledBy[index]?.length ?? 0;
      return filled < count ? [`${from.join(' or ')} ${filled}/${count}`] : [];
    })
    .join(', ');
}

export function peopleWords(people: readonly PersonId[], names: Names): Words {
  return joined(
    people.map((person) => [said(names.person(person))]),
    ', ',
  );
}

function excludedOf({ demands }: ActionRequest, names: Names): Words {
  return joined(
    demands.exclusions.map(({ person, because }) => [said(names.person(person)), ` (${because})`]),
    ', ',
  );
}

/** Nobody can say that they are not among those who decide, so everybody should know of them. */
function unresolvedOf({ unresolved }: ActionRequest): Words {
  return joined(
    unresolved.map(({ account, because }) => [said(account), ' (', said(because), ')']),
    ', ',
  );
}

function deadline({ state, demands, usableUntil }: ActionRequest): readonly Fact[] {
  if (state === 'pending' || state === 'flagged') {
    return [{ label: 'Expires', value: [moment(demands.expiresAt)] }];
  }
  if (state === 'approved' && usableUntil !== null) {
    return [{ label: 'Must start before', value: [moment(usableUntil)] }];
  }
  return [];
}
