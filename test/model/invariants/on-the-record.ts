import type { Entry } from '../log.ts';
import { Replayed, rowPortrait } from '../replayed.ts';
import type { Call, Said } from '../said.ts';
import { accepted, refusedWith, type Step, type Told, Violation } from '../step.ts';

const GENESIS = Buffer.alloc(32).toString('base64');

/** What a yes to each call leaves in the log. Reading and signs of life leave nothing. */
const SAYS: Readonly<Partial<Record<Call, readonly string[]>>> = {
  view: ['payload.viewed'],
  review: ['review.recorded'],
  cancel: ['request.cancelled', 'request.detached'],
  revoke: ['request.revoked'],
  stop: ['request.stop_requested'],
  clear: ['request.cleared'],
  settle: ['execution.settled'],
  glass: ['break_glass.used'],
  'post-review': ['break_glass.reviewed'],
  'clear requester': ['requester.cleared'],
};

/**
 * 4. Nothing happens off the record. Each entry follows the one before; the log alone tells every
 * row; every yes and every no to somebody we know has its entry; each change has its notice.
 */
export class OnTheRecord {
  #last: Entry | null = null;
  readonly #replayed = new Replayed();
  readonly #granted = new Set<string>();
  /** The clock has stepped back and the log does not say so yet. */
  #untold = false;

  check(step: Step, isUntold: boolean): void {
    const before = new Map(step.touched.map((id) => [id, this.#replayed.state(id)]));
    for (const entry of step.entries) this.#follow(entry);
    for (const told of step.told) this.#said(step, told);
    this.#anomaly(step, isUntold);
    for (const id of step.touched) {
      const row = step.row(id);
      if (row === null) continue;
      const [told, held] = [this.#replayed.portrait(id), rowPortrait(row)];
      if (told !== held)
        throw new Violation(4, `the log tells another ${id} than its row:\n  ${told}\n  ${held}`);
      if (before.get(id) !== row.state) this.#noticed(step, id);
    }
    if (!step.isStart && !step.entries.some(({ type }) => type.startsWith('requester.'))) return;
    for (const [requester, exclusions] of this.#replayed.frozen) {
      const frozen = step.store.frozen(requester as never);
      if (frozen?.exclusions.join() !== exclusions.join())
        throw new Violation(4, `${requester} is frozen in the log only`);
    }
  }

  #follow(entry: Entry): void {
    const follows = entry.seq === (this.#last?.seq ?? -1) + 1 && entry.prev === (this.#last?.hash ?? GENESIS);
    if (!follows) throw new Violation(4, `entry ${entry.seq} does not follow the one before`);
    if (entry.at < (this.#last?.at ?? 0))
      throw new Violation(4, `entry ${entry.seq} is older than the one before`);
    this.#last = entry;
    if (entry.type === 'grant.issued' && entry.id !== null) this.#granted.add(entry.id);
    this.#replayed.read(entry);
  }

  #said(step: Step, told: Told): void {
    const { said } = told;
    const code = refusedWith(told);
    if (code !== null && code !== 'UNAUTHENTICATED' && !isLook(said)) {
      const isIt = (entry: Entry) =>
        entry.type.endsWith('.refused') && entry.data.code === code && isBy(entry, said, step);
      if (!step.entries.some(isIt))
        throw new Violation(4, `the ${code} to ${said.call} by ${nameOfAsker(said)} is not on record`);
    }
    if (said.call === 'consume' && accepted(told) !== null && !this.#granted.has(said.id)) {
      throw new Violation(4, `the grant of ${said.id} is not on record`);
    }
    const wanted =
      accepted(told) === null ? undefined : said.call === 'submit' ? submitted(told) : SAYS[said.call];
    if (wanted === undefined) return;
    const id = 'id' in said ? said.id : (accepted(told)?.request?.id ?? null);
    const yes = step.entries.some((entry) => wanted.includes(entry.type) && (id === null || entry.id === id));
    if (!yes) throw new Violation(4, `the ${said.call} of ${id} is not on record`);
  }

  #anomaly(step: Step, isUntold: boolean): void {
    this.#untold = isUntold || (this.#untold && !step.isStart);
    const isTold = step.entries.some(({ type }) => type === 'clock.anomaly');
    if (this.#untold && !isTold && !step.isStart && step.entries.length > 0) {
      throw new Violation(4, 'the clock stepped back and the log does not say so');
    }
    if (isTold) this.#untold = false;
  }

  #noticed(step: Step, id: string): void {
    const seq = Math.min(...step.entries.filter((entry) => entry.id === id).map((entry) => entry.seq));
    const told = step.store
      .notices(1_000)
      .some(({ notice }) => notice.kind === 'change' && notice.request === id && notice.seq >= seq);
    if (!told) throw new Violation(4, `nobody is told that ${id} changed`);
  }
}

function nameOfAsker(said: Said): string {
  return 'who' in said ? said.who : 'Keyturn';
}

function isLook({ call }: Said): boolean {
  return call === 'read' || call === 'poll' || call === 'list';
}

/** A first submission or a join. A repeat under the same key is answered from what is on record. */
function submitted(told: Told): readonly string[] | undefined {
  if (told.said.call !== 'submit') return undefined;
  if (accepted(told)?.created) return ['request.submitted'];
  return told.said.key === null ? ['request.deduplicated'] : undefined;
}

function isBy({ actor }: Entry, said: Said, { nameOf }: Step): boolean {
  if (!('who' in said)) return true;
  const by = actor['client'] ?? actor['person'];
  return by === said.who || nameOf(String(by)) === said.who;
}
