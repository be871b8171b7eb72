import type { EntryOf, LoggedEntry } from './replay-shape.ts';
import type { Owed, Why, World } from './replay-state.ts';

/** Follows a flag. Whatever else this requester has open is stopped next. */
export function frozen(world: World, { data, subject }: EntryOf<'requester.frozen'>, owed: Owed | null): Why {
  const { requester, exclusions } = data;
  if (subject?.requester !== requester)
    return 'it freezes somebody else than the requester of the flagged request';
  const behind = [...(world.frozen.get(requester) ?? []), ...(owed?.held.excluded ?? [])];
  const forgotten = behind.find((person) => !exclusions.includes(person));
  if (forgotten !== undefined) return `${forgotten} stood behind a flagged request and could lift the freeze`;
  world.frozen.set(requester, new Set(exclusions));
  const numbers = new Set<number>();
  for (const { number, state, submitted } of world.open.values()) {
    if (submitted.requester.id === requester && isStoppable(state)) numbers.add(number);
  }
  world.sweep = { requester, numbers };
  return null;
}

function isStoppable(state: string): boolean {
  return state === 'pending' || state === 'approved';
}

const SWEEPS: ReadonlySet<LoggedEntry['type']> = new Set([
  'request.flagged',
  'request.revoked',
  'request.expired',
  'request.lapsed',
  // What time and the policy in force make of each comes first.
  'request.reevaluated',
  'request.denied',
  'reminder.sent',
  'break_glass.overdue',
] as const);

/** While a freeze is being carried out, nothing else can happen: it is one transaction. */
export function interruptsSweep({ sweep }: World, { type, subject }: LoggedEntry): boolean {
  return sweep.numbers.size > 0 && !(SWEEPS.has(type) && subject?.requester === sweep.requester);
}

export function requesterCleared(world: World, { data, actor, d }: EntryOf<'requester.cleared'>): Why {
  const { requester } = data;
  const behind = world.frozen.get(requester);
  if (behind === undefined && world.whole) return `${requester} is cleared and was not frozen`;
  if (actor.kind !== 'person') return 'cleared by no person';
  if (actor.person === requester || behind?.has(actor.person))
    return `cleared by ${actor.person}, who stood behind a flagged request`;
  if (d['comment'] === undefined) return 'cleared without a comment';
  world.frozen.delete(requester);
  return null;
}

/** Each policy names the one that it takes over from, so that none can be left out. */
export function policyLoaded(world: World, { data, actor }: EntryOf<'policy.loaded'>): Why {
  if (actor.kind !== 'keyturn') return 'its actor is not keyturn';
  const isKnown = world.whole || world.policy !== null;
  if (isKnown && data.previous !== world.policy) return 'it does not follow the policy that was in force';
  world.policy = data.version;
  return null;
}
