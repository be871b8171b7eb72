import { isTerminal } from '../../bot/core/request.ts';
import { frozen, interruptsSweep, policyLoaded, requesterCleared } from './replay-freeze.ts';
import { glassOverdue, glassReviewed } from './replay-glass.ts';
import { linked, unlinked } from './replay-identity.ts';
import { epochOpened, keyRotated } from './replay-key.ts';
import { exported, payloadErased, pruned, erased as textErased } from './replay-record.ts';
import { started } from './replay-restored.ts';
import type { Actor, EntryOf, LoggedEntry, Subject } from './replay-shape.ts';
import { type Held, LATE, type Owed, STEPS, subjectProblem, type Why, type World } from './replay-state.ts';
import { step } from './replay-step.ts';
import { submitted } from './replay-submit.ts';

/** What the log makes of one request. */
export type Replayed = Readonly<
  Pick<
    Held,
    'number' | 'id' | 'state' | 'seq' | 'submitted' | 'demands' | 'votes' | 'usableUntil' | 'breaker'
  >
>;

/**
 * The state machine a second time, from the log alone. It is written apart from bot/core/lifecycle
 * on purpose: what is wrong there must not be wrong here in the same way. Open requests are held,
 * and nothing that is over. `whole`: the log is there from its first entry on.
 */
export function createReplay(whole: boolean, onTerminal: (request: Replayed) => Why) {
  const world: World = {
    open: new Map(),
    frozen: new Map(),
    unreviewed: new Map(),
    links: new Map(),
    owed: null,
    sweep: { requester: '', numbers: new Set() },
    next: whole ? 1 : null,
    began: 0,
    policy: null,
    key: null,
    unconfirmed: false,
    whole,
  };
  let requests = 0;
  let unreplayed = 0;
  let erased = 0;

  const take = (entry: LoggedEntry): Why => {
    const { owed } = world;
    world.owed = null;
    const follows = owed !== null && isOwed(owed, entry);
    if (owed !== null && !owed.optional && !follows) {
      return `it stands where ${owed.type} of request ${owed.held.number} must follow the entry before it`;
    }
    if (interruptsSweep(world, entry))
      return `the freeze of ${world.sweep.requester} must stop its other requests first`;
    return ruled(entry, follows ? owed : null);
  };

  const ruled = (entry: LoggedEntry, owed: Owed | null): Why => {
    switch (entry.type) {
      case 'request.submitted':
        return born(entry);
      case 'requester.frozen':
        if (owed === null && !isBefore(entry.subject)) return 'a freeze without a flag';
        return frozen(world, entry, owed) ?? about(entry, owed);
      case 'requester.cleared':
        return requesterCleared(world, entry);
      case 'policy.loaded':
        return policyLoaded(world, entry);
      case 'break_glass.reviewed':
        return (isBefore(entry.subject) ? null : glassReviewed(world, entry)) ?? about(entry, owed);
      case 'break_glass.overdue':
        return (isBefore(entry.subject) ? null : glassOverdue(world, entry)) ?? about(entry, owed);
      case 'payload.erased':
        erased += 1;
        return payloadErased(world, entry) ?? about(entry, owed);
      case 'identity.linked':
        return linked(world, entry);
      case 'identity.unlinked':
        return unlinked(world, entry);
      case 'log.started':
        return started(world, entry) ?? about(entry, owed);
      case 'log.key_rotated':
        return keyRotated(world, entry);
      case 'log.epoch_opened':
        return epochOpened(world, entry);
      case 'audit.exported':
        return exported(entry) ?? about(entry, owed);
      case 'disclosure.erased':
        return textErased(entry) ?? about(entry, owed);
      case 'log.pruned':
        return pruned(entry) ?? about(entry, owed);
      default:
        return about(entry, owed);
    }
  };

  const born = (entry: EntryOf<'request.submitted'>): Why => {
    const held = submitted(world, entry);
    if (typeof held === 'string') return held;
    requests += 1;
    return entry.subject === null ? null : subjectProblem(held, entry.subject);
  };

  /** An entry that names a request, or none. */
  const about = (entry: LoggedEntry, owed: Owed | null): Why => {
    const { subject, type } = entry;
    const isStep = STEPS.has(type);
    if (subject === null) return isStep ? 'it does not say of which request' : null;
    const { number } = subject;
    if (isBefore(subject)) {
      unreplayed += 1;
      if (world.next === null) world.began = Math.max(world.began, number);
      return null;
    }
    if (world.next !== null && number >= world.next)
      return `${type} of request ${number}, which nobody submitted`;
    const held = owed?.held.number === number ? owed.held : world.open.get(number);
    if (held === undefined)
      return isStep && !LATE.has(type) ? `${type} of request ${number}, which is over` : null;
    held.seq = entry.seq;
    const why = (isStep ? step(world, held, entry, owed) : null) ?? subjectProblem(held, subject);
    return why ?? leave(held);
  };

  const leave = (held: Held): Why => {
    const { number, state } = held;
    if (state !== 'pending' && state !== 'approved') world.sweep.numbers.delete(number);
    return isTerminal(state) && world.open.delete(number) ? onTerminal(held) : null;
  };

  const isBefore = (subject: Subject | null) =>
    subject !== null && (world.next === null || subject.number <= world.began);

  return {
    take,
    open: (): Iterable<Replayed> => world.open.values(),
    frozen: (): ReadonlyMap<string, ReadonlySet<string>> => world.frozen,
    unreviewed: (): ReadonlyMap<number, { readonly person: string; readonly dueAt: number }> =>
      world.unreviewed,
    links: (): ReadonlyMap<string, number> => world.links,
    policy: () => world.policy,
    key: () => world.key,
    erased: () => erased,
    requests: () => requests,
    /** Entries about requests that began before the first entry. */
    unreplayed: () => unreplayed,
    /** True in the middle of what was one transaction. */
    isMidway: () => (world.owed !== null && !world.owed.optional) || world.sweep.numbers.size > 0,
  };
}

function isOwed({ held, type, by, ts }: Owed, entry: LoggedEntry): boolean {
  return (
    entry.type === type && entry.subject?.number === held.number && entry.ts === ts && isSame(entry.actor, by)
  );
}

function isSame(a: Actor, b: Actor): boolean {
  if (a.kind === 'person') return b.kind === 'person' && a.person === b.person;
  if (a.kind === 'worker') return b.kind === 'worker' && a.worker === b.worker;
  if (a.kind === 'keyturn') return b.kind === 'keyturn';
  return a.kind === 'policy' && b.kind === 'policy' && a.version === b.version;
}
