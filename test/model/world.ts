import type { ActionRequest, RequestId } from '../../bot/core/request.ts';
import { FakeClock } from '../helpers/fake-clock.ts';
import { type Change, firmWith } from './changes.ts';
import { answerText, foreseenText, hasMet, heldText, rowStateAt, rowText } from './compared.ts';
import { type Firm, PEOPLE } from './firm.ts';
import { foresee } from './foresee.ts';
import { comeOf, OpenPolls, soon } from './hang.ts';
import type { State } from './held.ts';
import { ModelDirectory } from './kept.ts';
import { entriesFrom, newestOn } from './log.ts';
import { Model } from './model.ts';
import { Order } from './order.ts';
import { type Machine, type Running, start, stop, TrappedRandom, throwInjected } from './process.ts';
import { meetRest, reload } from './reload.ts';
import type { Said } from './said.ts';
import type { CrashAt, Setting } from './setting.ts';
import { refusedWith, type Told, Violation } from './step.ts';
import { MALLORY, tell } from './tell.ts';
import { Watch } from './watch.ts';

/**
 * The bot on a real file, and beside it what must be true of it. Every command of a history goes
 * through here, and nothing that it does stays unchecked.
 */
export class World {
  /** The requests, in the order they were made. */
  readonly ids: string[] = [];
  readonly #setting: Setting;
  readonly #machine: Machine;
  readonly #clock = new FakeClock();
  readonly #random = new TrappedRandom('history');
  readonly directory = new ModelDirectory(() => this.#clock.steady());
  readonly model = new Model((group) => this.directory.knows(group));
  readonly #watch: Watch;
  readonly #polls = new OpenPolls();
  readonly #names = new Map<string, string>([[MALLORY.id, 'mallory']]);
  #running: Running | null = null;
  #nextSeq = 0;
  #newestAt = 0;
  #isUntold = false;
  /** Why the store gave up. It answers nobody after that. */
  #broken: unknown = null;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#watch = new Watch(setting.checks);
    const onBroken = (cause: unknown) => {
      this.#broken = cause;
    };
    const { directory } = this;
    this.#machine = { disk: setting.disk, clock: this.#clock, random: this.#random, directory, onBroken };
  }

  async begin(changes: readonly Change[]): Promise<void> {
    const { disk, template } = this.#setting;
    const states = () => null;
    await this.#start(disk.afterCrash(template), firmWith(changes), this.#clock.wall(), states);
  }

  /** Moves the clock. Nobody has looked at it yet. */
  pass(stepMs: number, elapsedMs: number): void {
    if (stepMs < 0) this.#reach('clock stepped back');
    this.#clock.step(stepMs);
    this.#clock.advance(elapsedMs);
  }

  /** Makes these calls at once. With `fault`, randomness fails in the middle of a write. */
  async act(
    saids: readonly Said[],
    how: { readonly fault?: number; readonly crash?: CrashAt; readonly firm?: Firm } = {},
  ): Promise<void> {
    const running = this.#running;
    if (running === null) return;
    this.#lookAtClock(running);
    const { disk } = this.#setting;
    let left: string | null = null;
    const crash = () => {
      left = disk.afterCrash(running.dataDir);
    };
    if (how.fault !== undefined) this.#random.set(how.fault, throwInjected);
    if (typeof how.crash === 'number') this.#random.set(how.crash, crash);
    const order = new Order();
    const { firm = this.model.policy } = how;
    const loading = how.firm === undefined ? null : this.#try(() => reload(running, firm));
    const calls = saids.map((said, place) =>
      comeOf(tell(order.noting(running.context, place), running.callerFor, said)),
    );
    if (how.crash === 'before') crash();
    const came = await Promise.all(calls);
    const isLoaded = (await loading) === true;
    this.#random.unset();
    if (this.#broken !== null) return this.#fail(this.#broken);
    const told = saids.map((said, place): Told => ({ said, came: came[place] ?? { how: 'silent' } }));
    const inOrder = order.of(told.length).flatMap((place) => told[place] ?? []);
    if (isLoaded && left === null) {
      this.#reach(how.fault === undefined ? 'reload' : 'reload that fails in the middle');
      await meetRest(running);
      this.model.adopt(firm);
    }
    if (left === null) await this.#settle(inOrder, isLoaded ? this.ids : []);
    if (how.crash === undefined || this.#running === null) return;
    const dataDir = left ?? disk.afterCrash(running.dataDir);
    if (left === null) this.#reach('crash after the answer');
    else this.#reach(how.crash === 'before' ? 'crash before the write' : 'crash in the write');
    await this.#drop(running);
    await this.#start(dataDir, firm, left === null ? this.#newestAt : newestOn(disk, dataDir), null);
  }

  /** A call that stays open until the request changes. */
  async hang(id: string): Promise<void> {
    const running = this.#running;
    const request = this.model.requests.get(id);
    const caller = request === undefined ? null : (running?.callerFor(request.asker) ?? null);
    if (running === null || caller === null) return;
    this.#lookAtClock(running);
    this.model.get(id);
    this.model.heard(id);
    this.model.asking.set(id, (this.model.asking.get(id) ?? 0) + 1);
    await this.#polls.add(running.context, caller, id as RequestId);
    await this.#settle([], [id]);
  }

  /** Stops in order and starts again, perhaps with another policy, and perhaps with a crash while it starts. */
  async restart(changes: readonly Change[] | null, crash?: number): Promise<void> {
    const running = this.#running;
    if (running === null) return;
    this.#reach(`restart with ${changes === null ? 'the same' : 'another'} policy`);
    this.#lookAtClock(running);
    const firm = changes === null || !this.model.hasMet ? this.model.policy : firmWith(changes);
    const rows = new Map(this.ids.map((id) => [id, this.#row(running, id)?.state ?? null]));
    await this.#polls.release();
    await this.#try(() => stop(running));
    if (this.#running === null) return;
    let { dataDir } = running;
    if (crash !== undefined) {
      const { disk } = this.#setting;
      let left: string | null = null;
      this.#random.set(crash, () => {
        left = disk.afterCrash(dataDir);
      });
      const first = await this.#try(() => start(this.#machine, dataDir, firm));
      this.#random.unset();
      if (first === null) return;
      first.context.store.close();
      if (left !== null) disk.drop(dataDir);
      if (left !== null) this.#reach('crash while it starts');
      dataDir = left ?? dataDir;
    }
    await this.#start(dataDir, firm, this.model.now, (id) => rows.get(id) ?? null);
  }

  /** The last look at everything. */
  async finish(): Promise<void> {
    await this.act([{ call: 'sweep' }]);
    await this.#settle([], this.ids);
  }

  async close(): Promise<void> {
    this.#random.unset();
    await this.#polls.release();
    if (this.#running !== null) await this.#drop(this.#running);
  }

  async #start(
    dataDir: string,
    firm: Firm,
    newestAt: number,
    stored: ((id: string) => State | null) | null,
  ): Promise<void> {
    const running = await this.#try(() => start(this.#machine, dataDir, firm));
    this.#running = running;
    if (running === null) return;
    for (const key of PEOPLE) this.#names.set(running.context.store.committed.personOf(key) ?? key, key);
    // Nobody has decided anything since a crash, so the rows are as the crash left them.
    this.model.begin(
      newestAt,
      this.#clock.steady(),
      stored ?? ((id) => this.#row(running, id)?.state ?? null),
    );
    this.#isUntold = this.model.look(this.#clock.wall(), this.#clock.steady());
    this.model.adopt(firm, (id) => hasMet(this.#row(running, id), firm));
    await this.#settle([], this.ids, true);
  }

  #lookAtClock({ context }: Running): void {
    const isUntold = this.model.look(this.#clock.wall(), this.#clock.steady());
    this.#isUntold ||= isUntold;
    const now = context.time.now();
    if (now !== this.model.now)
      this.#differs(`it is ${now - this.model.now} ms later for the bot than for the model`);
  }

  async #settle(told: readonly Told[], alsoTouched: readonly string[] = [], isStart = false): Promise<void> {
    const running = this.#running;
    if (running === null) return;
    const problems = told.map((one) => this.#foreseen(one));
    const { committed } = running.context.store;
    const entries = entriesFrom(committed, this.#nextSeq);
    this.#nextSeq += entries.length;
    this.#newestAt = entries.at(-1)?.at ?? this.#newestAt;
    const named = [
      ...alsoTouched,
      ...told.flatMap(({ said }) => ('id' in said ? said.id : [])),
      ...entries.flatMap(({ id }) => id ?? []),
    ];
    const touched = [...new Set(named)].filter((id) => this.ids.includes(id));
    const rows = new Map<string, ActionRequest | null>(touched.map((id) => [id, this.#row(running, id)]));
    const row = (id: string) => rows.get(id) ?? null;
    const nameOf = (id: string) => this.#names.get(id) ?? id;
    const { now, policy: firm } = this.model;
    const isSure = this.model.firm.unknown.length === 0;
    const asked = this.directory.takeAsked();
    const step = { told, entries, touched, row, store: committed, firm, isSure, asked, now, isStart, nameOf };
    this.#watch.look(step, this.model, this.#isUntold);
    this.#isUntold = false;
    for (const one of told) this.#reach(`${one.said.call}: ${refusedWith(one) ?? one.came.how}`);
    for (const problem of problems) if (problem !== null) this.#differs(problem);
    for (const id of touched) this.#sameAsHeld(id, row(id), nameOf);
    if (!this.model.hasMet) this.#reach('a policy waits for a directory');
    await this.#answerHangs(running);
  }

  /** Lets the model do the same, and says where the answer is not the one it expects. */
  #foreseen({ said, came }: Told): string | null {
    if (came.how !== 'answered') return null;
    const { answer } = came;
    if (answer.ok && answer.created && answer.request !== null) this.ids.push(answer.request.id);
    const foreseen = foresee(this.model, said, () => (answer.ok ? answer.request?.id : undefined) ?? 'none');
    if (answer.ok && answer.released !== undefined && 'id' in said) {
      const request = this.model.requests.get(said.id);
      if (request !== undefined) request.nonce = (JSON.parse(answer.released) as { nonce: string }).nonce;
    }
    const got = answerText(answer);
    const want = foreseenText(foreseen, answer.ok && answer.request !== null);
    if (got !== want) return `${JSON.stringify(said)} was answered "${got}" and not "${want}"`;
    if (said.call !== 'list' || !answer.ok) return null;
    const [listed, mine] = [answer.listed?.map(({ id }) => id).join(), this.model.list(said.who).join()];
    return listed === mine ? null : `${said.who} is listed ${listed} and not ${mine}`;
  }

  #sameAsHeld(id: string, row: ActionRequest | null, nameOf: (id: string) => string): void {
    const request = this.model.requests.get(id);
    if (row === null || request === undefined) {
      this.#differs(`${id} is not in both`);
      return;
    }
    this.#reach(`is ${row.state}`);
    const got = rowText(row, rowStateAt(row, this.model.now), nameOf);
    const want = heldText(request, this.model.now);
    if (got !== want) this.#differs(`${id} is\n  ${got}\nand not\n  ${want}`);
  }

  async #answerHangs(running: Running): Promise<void> {
    for (const { id, came } of await this.#polls.over((polled) => this.#row(running, polled)?.state)) {
      this.model.asking.set(id, (this.model.asking.get(id) ?? 1) - 1);
      this.model.heard(id);
      const answer = came?.how === 'answered' && came.answer.ok ? came.answer.request : null;
      this.#reach('hang: answered');
      const asker = this.model.requests.get(id)?.asker;
      const isGone = asker !== undefined && !this.model.isKnown(asker);
      if (answer === null && !isGone && this.#setting.checks.has(6))
        throw new Violation(6, `who waits for ${id} is not answered`);
      const state = this.model.get(id)?.state;
      if (answer !== null && answer.state !== state)
        this.#differs(`who waits for ${id} is told ${answer.state}`);
    }
  }

  #row({ context }: Running, id: string): ActionRequest | null {
    return context.store.committed.request(id as RequestId);
  }

  #reach(what: string): void {
    this.#setting.reached.set(what, (this.#setting.reached.get(what) ?? 0) + 1);
  }

  #differs(what: string): void {
    if (this.#setting.checks.has('model')) throw new Violation('model', what);
  }

  async #try<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      return await soon(work());
    } catch (cause) {
      this.#fail(cause);
      return null;
    }
  }

  /** The bot is gone for good. Where only another invariant is looked at, the history just ends. */
  #fail(cause: unknown): void {
    this.#running = null;
    if (!this.#setting.checks.has(6)) return;
    throw new Violation(6, `the bot went down: ${cause instanceof Error ? cause.stack : String(cause)}`);
  }

  async #drop(running: Running): Promise<void> {
    await this.#polls.release();
    running.context.store.close();
    this.#setting.disk.drop(running.dataDir);
    this.#running = null;
  }
}
