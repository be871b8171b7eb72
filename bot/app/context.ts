import type { Actor } from '../core/event.ts';
import type { Place } from '../core/place.ts';
import type { ClientId, PersonId, RequestId } from '../core/request.ts';
import type { Identity } from '../core/unresolved.ts';
import type { GrantSigner } from '../ports/grant-signer.ts';
import type { LogGuard } from '../ports/log-guard.ts';
import type { Notary } from '../ports/notary.ts';
import type { Places } from '../ports/places.ts';
import type { Random } from '../ports/random.ts';
import type { Rulebook } from '../ports/rulebook.ts';
import type { Sealer } from '../ports/sealer.ts';
import type { Store } from '../ports/store.ts';
import type { Attempts } from './attempts.ts';
import type { Directories } from './directories.ts';
import type { Presence } from './presence.ts';
import type { ProgressBoard } from './progress.ts';
import type { RefusalCount } from './refusal-count.ts';
import type { Roster } from './roster.ts';
import type { RulebookInForce } from './rulebook-in-force.ts';
import type { Time } from './time.ts';
import type { Watchers } from './watchers.ts';

/** What keeping the log needs: also a command that does nothing else. */
export interface LogContext {
  readonly store: Store;
  readonly time: Time;
  readonly watchers: Watchers;
  readonly notary: Notary;
  readonly guard: LogGuard;
  /** Where each checkpoint is shown. */
  readonly anchors: readonly Place[];
}

/** What every use case works with. Made once, in `compose`. */
export interface Context extends LogContext {
  readonly random: Random;
  /** The rulebook in force: read it anew for every decision. */
  readonly rulebook: Rulebook;
  readonly inForce: RulebookInForce;
  readonly roster: Roster;
  readonly directories: Directories;
  readonly signer: GrantSigner;
  readonly sealer: Sealer;
  readonly presence: Presence;
  readonly attempts: Attempts;
  readonly refusals: RefusalCount;
  /** How what runs at this moment goes. */
  readonly progress: ProgressBoard;
  /** Where people look. */
  readonly places: Places;
}

/** An authenticated caller. `key` is its id as the config writes it. */
export type Caller =
  | { readonly actor: Extract<Actor, { kind: 'person' }>; readonly id: PersonId; readonly key: string }
  | {
      readonly actor: Extract<Actor, { kind: 'client' }>;
      readonly id: ClientId;
      readonly key: string;
      /** Who stands behind this run of it, as its forge says. Such people cannot approve what it asks. */
      readonly behind?: readonly Identity[];
    };

export type PersonCaller = Extract<Caller, { actor: { kind: 'person' } }>;

export function isPerson(caller: Caller): caller is PersonCaller {
  return caller.actor.kind === 'person';
}

export const KEYTURN: Actor = { kind: 'keyturn' };

/** Ids come from outside as any text; one that names nothing is simply not found. */
export function toRequestId(text: string): RequestId {
  return text as RequestId;
}
