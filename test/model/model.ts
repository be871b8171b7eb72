import { digestOf, sorted, textOf } from './canonical.ts';
import { firmWith } from './changes.ts';
import { covers, type Firm, isClient, isIn, type Who } from './firm.ts';
import { isFrozenNow } from './glass.ts';
import {
  dueState,
  glassStands,
  type Held,
  held,
  isFull,
  isTooUnsure,
  isUnsure,
  mayRead,
  type State,
  stateAt,
} from './held.ts';
import { asKnown } from './kept.ts';
import { type Body, isQuorum, narrowed, type Ruling, rulingOn, tightened } from './ruling.ts';
import type { Said } from './said.ts';

/** What an answer must be: yes, on which request, or no, with which code. */
export type Foreseen =
  | { readonly ok: true; readonly id: string | null; readonly state: State | null; readonly created?: true }
  | { readonly ok: false; readonly code: string };

export const no = (code: string): Foreseen => ({ ok: false, code });

const DAY_MS = 24 * 60 * 60_000;
type Submit = Extract<Said, { readonly call: 'submit' }>;

const GONE_AFTER_MS = 120_000;
const OPEN: readonly State[] = ['pending', 'flagged', 'approved', 'executing', 'unknown'];

/**
 * The whole of Keyturn as domain.md describes it, in memory and without a database. It says what
 * each call must be answered, and what every request then looks like.
 */
export class Model {
  /** The policy in force, as it is when every directory answers. */
  policy: Firm = firmWith([]);
  now = 0;
  #steady = 0;
  #isBehind = false;
  readonly requests = new Map<string, Held>();
  readonly #keys = new Map<string, { readonly body: string; readonly id: string; readonly at: number }>();
  readonly frozen = new Map<Who, Set<Who>>();
  /** When the asker of a request was last heard while it blocked on the answer. */
  readonly #heard = new Map<string, number>();
  readonly asking = new Map<string, number>();
  readonly #isKnown: (group: string) => boolean;

  /** What a directory has said lately is not the model's to say. */
  constructor(isKnown: (group: string) => boolean) {
    this.#isKnown = isKnown;
  }

  /** The policy with what is known now of the groups that directories keep. */
  get firm(): Firm {
    return asKnown(this.policy, this.#isKnown);
  }

  /** Whether everything that is open has met the policy in force, or can when somebody looks at it. */
  get hasMet(): boolean {
    return [...this.requests.values()].every((request) => !this.hasToMeet(request));
  }

  hasToMeet({ state, met }: Held): boolean {
    return OPEN.includes(state) && met !== this.policy.version;
  }

  /** A process begins: its clock is never behind the log, and what it had in memory is gone. */
  begin(newestEntryAt: number, steady: number, stored: (id: string) => State | null): void {
    this.now = newestEntryAt;
    this.#steady = steady;
    this.#isBehind = false;
    this.#heard.clear();
    this.asking.clear();
    for (const request of this.requests.values()) {
      // A deadline that nobody was shown to have passed was not on record either.
      if (request.before !== null && request.before === stored(request.id)) request.state = request.before;
    }
  }

  /**
   * Somebody looks at the clock: true when it has stepped behind what is on record. From then on time
   * goes on at the steady clock's pace, until the wall clock has caught up.
   */
  look(wall: number, steady: number): boolean {
    const stepsBack = wall < this.now && !this.#isBehind;
    const elapsed = steady - this.#steady;
    this.now = Math.max(wall, this.#isBehind || stepsBack ? this.now + elapsed : this.now);
    this.#isBehind = wall < this.now;
    this.#steady = steady;
    return stepsBack;
  }

  /** The request as it is now, after what time has done to it. */
  get(id: string): Held | undefined {
    const request = this.#ticked(id);
    if (request === undefined || !this.hasToMeet(request) || this.firm.unknown.length > 0) return request;
    this.#meet(request, this.firm);
    return this.#ticked(id);
  }

  #ticked(id: string): Held | undefined {
    const request = this.requests.get(id);
    if (request === undefined) return undefined;
    const state = stateAt(request, this.now);
    if (state !== request.state) Object.assign(request, { before: request.state, state });
    return request;
  }

  isKnown(who: Who): boolean {
    if (isClient(who)) return this.firm.clients[who] !== undefined;
    return this.firm.people.some((person) => person === who) || who === 'mallory';
  }

  submit(said: Submit, newId: () => string): Foreseen {
    const { who, body, key } = said;
    if (!this.isClaimable(who, body)) return no('INVALID');
    const kept = `${who} ${key}`;
    const past = key === null ? undefined : this.#keys.get(kept);
    if (past !== undefined && past.at > this.now - DAY_MS) {
      if (past.body !== sorted(body)) return no('IDEMPOTENCY_KEY_REUSED');
      return { ok: true, id: past.id, state: this.get(past.id)?.state ?? null };
    }
    if (!this.isListed(who, body)) return no('ACTION_NOT_ALLOWED');
    if (this.frozen.has(who)) return no('REQUESTER_FROZEN');
    for (const { id, asker } of this.requests.values()) if (asker === who) this.get(id);
    const ruling = rulingOn(this.firm, who, body);
    const submission = { key, hold: body.hold };
    const twin = ruling.effect === 'require' ? this.#twin(said, ruling) : undefined;
    if (twin !== undefined && this.hasToMeet(twin)) return no('DIRECTORY_UNAVAILABLE');
    const result = twin ?? this.#create(said, ruling, newId);
    if ('ok' in result) return result;
    this.#join(result, submission);
    if (key !== null) this.#keys.set(kept, { body: sorted(body), id: result.id, at: this.now });
    return { ok: true, id: result.id, state: result.state, ...(twin === undefined ? { created: true } : {}) };
  }

  isClaimable(who: Who, { target, onBehalfOf }: Body): boolean {
    if (!this.firm.environments.includes(target.environment)) return false;
    if (onBehalfOf === null) return true;
    const mayActFor = isClient(who) ? this.firm.clients[who]?.mayActFor : [];
    return this.firm.people.includes(onBehalfOf) && (mayActFor?.includes(onBehalfOf) ?? false);
  }

  /** Under the policy of now, which may be another than it was asked under. */
  mayStillAsk(who: Who, body: Body): boolean {
    return this.isKnown(who) && this.isClaimable(who, body) && this.isListed(who, body);
  }

  isListed(who: Who, { action, target: { system, environment, resource } }: Body): boolean {
    if (!isClient(who)) return true;
    const client = this.firm.clients[who];
    const target = `${system}/${environment}/${resource}`;
    const names = (globs: readonly string[], text: string) => globs.some((glob) => covers(glob, text));
    return client !== undefined && names(client.actions, action) && names(client.targets, target);
  }

  /** The same action for the same people, still pending: the second one waits for the first one's answer. */
  #twin({ who, body, hasStranger }: Submit, { excluded }: Ruling): Held | undefined {
    const digest = digestOf(textOf(who, body));
    const set = (people: readonly Who[]) => [...people].sort().join();
    return [...this.requests.values()].find(
      (request) =>
        request.digest === digest &&
        request.hasStranger === hasStranger &&
        stateAt(request, this.now) === 'pending' &&
        set(request.ruling.excluded) === set(excluded),
    );
  }

  #create(said: Submit, ruling: Ruling, newId: () => string): Held | Foreseen {
    const { who, body, hasStranger } = said;
    const mine = [...this.requests.values()].filter((request) => request.asker === who);
    const recent = mine.filter((request) => request.createdAt > this.now - 60_000).length;
    const open = mine.filter((request) =>
      ['pending', 'flagged', 'approved'].includes(stateAt(request, this.now)),
    );
    if (recent >= this.firm.newPerMinute || open.length >= this.firm.openPerRequester)
      return no('LIMIT_REACHED');
    if (isFrozenNow(this.firm, body, this.now)) return no('FREEZE_IN_FORCE');
    const groups = ruling.effect === 'require' ? ruling.seats.flatMap(({ from }) => from) : [];
    if (isUnsure(this.firm, groups)) return no('DIRECTORY_UNAVAILABLE');
    if (ruling.effect !== 'deny' && isTooUnsure({ hasStranger, ruling })) return no('UNRESOLVED_IDENTITY');
    if (ruling.effect === 'require' && !isQuorum(this.firm, ruling, this.firm.people))
      return no('NO_ELIGIBLE_REVIEWER');
    const request = held(newId(), who, said, digestOf(textOf(who, body)), this.firm, ruling, this.now);
    this.requests.set(request.id, request);
    return request;
  }

  /** Those without a key cannot leave by themselves, so one stands for all of them. */
  #join(request: Held, { key, hold }: Held['submissions'][number]): void {
    const same = key === null ? request.submissions.find((known) => known.key === null) : undefined;
    request.submissions = request.submissions.filter((known) => known !== same);
    request.submissions.push({ key, hold: same?.hold === 'poll' ? 'poll' : hold });
  }

  /** A flag: the requester may ask nothing more, and what it still has open stops. */
  freeze(flagged: Held): void {
    const behind = this.frozen.get(flagged.asker) ?? new Set();
    for (const who of flagged.ruling.excluded) behind.add(who);
    this.frozen.set(flagged.asker, behind);
    for (const { id, asker } of this.requests.values()) {
      const other = asker === flagged.asker && id !== flagged.id ? this.get(id) : undefined;
      if (other?.state === 'pending') Object.assign(other, { state: 'flagged', wasFlagged: true });
      if (other?.state === 'approved') other.state = 'revoked';
    }
  }

  clearRequester(who: Who, requester: Who | 'nobody', comment: string): Foreseen {
    const known =
      requester !== 'nobody' && (isClient(requester) ? this.firm.clients[requester] !== undefined : true);
    const frozen = known ? this.frozen.get(requester) : undefined;
    const owner = known && isClient(requester) ? this.firm.clients[requester]?.owner : undefined;
    if (who === requester || who === owner || frozen?.has(who)) return no('SELF_REVIEW');
    if (!isIn(this.firm, who, this.firm.clearFrom))
      return no(isUnsure(this.firm, [this.firm.clearFrom]) ? 'DIRECTORY_UNAVAILABLE' : 'NOT_ELIGIBLE');
    if (!known) return no('NOT_FOUND');
    if (frozen === undefined) return no('ALREADY_RESOLVED');
    if (comment === '') return no('COMMENT_REQUIRED');
    this.frozen.delete(requester);
    return { ok: true, id: null, state: null };
  }

  /**
   * Another policy: what is still open meets it, and it can only get stricter. `hasMet`: a life of the
   * bot that ended since let it, and knew then who is in every group.
   */
  adopt(firm: Firm, hasMet: (id: string) => boolean = () => false): void {
    if (firm.version === this.policy.version && this.hasMet) return;
    this.policy = firm;
    for (const id of this.requests.keys()) {
      const request = this.#ticked(id);
      if (request !== undefined && this.hasToMeet(request) && hasMet(id)) this.#meet(request, firm);
      this.get(id);
    }
  }

  #meet(request: Held, firm: Firm): void {
    request.met = firm.version;
    const ruling = rulingOn(firm, request.asker, request.body);
    if (request.state === 'executing' || request.state === 'unknown') {
      request.ruling = narrowed(firm, request.ruling, ruling);
      return;
    }
    const isApproved = request.state === 'approved';
    if (ruling.effect === 'deny' || !this.mayStillAsk(request.asker, request.body)) {
      request.state = isApproved ? 'revoked' : 'denied';
      return;
    }
    request.ruling = tightened(firm, request.ruling, ruling);
    request.expiresAt = Math.min(request.expiresAt, request.createdAt + request.ruling.expiresAfterMs);
    if (!isApproved) return;
    request.usableUntil = Math.min(request.usableUntil ?? 0, request.approvedAt + request.ruling.usableForMs);
    const isCarried = isFull(firm, request) || glassStands(firm, request);
    if (request.ruling.seats.length > 0 && !isCarried) request.state = 'revoked';
  }

  list(who: Who): readonly string[] {
    const all = [...this.requests.values()].filter((request) => mayRead(this.firm, request, who));
    return all.map(({ id }) => id).reverse();
  }

  heard(id: string): void {
    this.#heard.set(id, this.#steady);
  }

  /** Whoever blocks on the answer and has not asked for two minutes has gone, and takes the request along. */
  leave(): void {
    for (const request of this.requests.values()) {
      const { id } = request;
      const waits = ['pending', 'approved'].includes(stateAt(request, this.now));
      if (!waits || !request.submissions.every(({ hold }) => hold === 'wait')) continue;
      const last = this.#heard.get(id) ?? this.#steady;
      const isGone = (this.asking.get(id) ?? 0) === 0 && this.#steady - last >= GONE_AFTER_MS;
      const isOpen = isGone && ['pending', 'approved'].includes(this.get(id)?.state ?? '');
      if (isOpen) request.state = 'cancelled';
      if (isGone) this.#heard.delete(id);
      else this.#heard.set(id, last);
    }
  }

  nonceOf(id: string): string {
    return this.requests.get(id)?.nonce ?? 'not-issued-yet';
  }

  stateOf(id: string): State | null {
    const request = this.requests.get(id);
    return request === undefined ? null : stateAt(request, this.now);
  }

  /** The next instant at which time alone changes this request. */
  deadlineOf(id: string): number | null {
    const request = this.requests.get(id);
    return request === undefined ? null : (dueState(request)?.at ?? null);
  }
}
