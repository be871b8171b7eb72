import type { ActionRequest } from '../../bot/core/request.ts';
import type { Reading } from '../../bot/ports/store.ts';
import type { Firm } from './firm.ts';
import type { Entry } from './log.ts';
import type { Said } from './said.ts';
import type { Answered } from './tell.ts';

/** What came of a call: an answer, an exception, or nothing at all. */
export type Came =
  | { readonly how: 'answered'; readonly answer: Answered }
  | { readonly how: 'thrown'; readonly cause: unknown }
  | { readonly how: 'silent' };

export interface Told {
  readonly said: Said;
  readonly came: Came;
}

/** One command of a history and everything that can be seen of what it did. */
export interface Step {
  readonly told: readonly Told[];
  /** The log's growth. */
  readonly entries: readonly Entry[];
  /** The requests that a look is due at: those named in a call or an entry, and all after a start. */
  readonly touched: readonly string[];
  readonly row: (id: string) => ActionRequest | null;
  readonly store: Reading;
  /** The policy in force, as it is when every directory answers. */
  readonly firm: Firm;
  /** Every group is known, so that what is touched has met the policy in force. */
  readonly isSure: boolean;
  /** The groups that directories were asked for. */
  readonly asked: ReadonlySet<string>;
  readonly now: number;
  /** The process started in this step. */
  readonly isStart: boolean;
  readonly nameOf: (id: string) => string;
}

/** Which sentence of domain.md a history has broken. `model` is the state machine itself. */
export type Broken = 1 | 2 | 3 | 4 | 5 | 6 | 'model';

export class Violation extends Error {
  readonly broken: Broken;

  constructor(broken: Broken, message: string) {
    super(`${broken === 'model' ? 'not as the model says' : `invariant ${broken}`}: ${message}`);
    this.name = 'Violation';
    this.broken = broken;
  }
}

/** The ok answer of a call, or null. */
export function accepted({ came }: Told): Extract<Answered, { readonly ok: true }> | null {
  return came.how === 'answered' && came.answer.ok ? came.answer : null;
}

export function refusedWith({ came }: Told): string | null {
  return came.how === 'answered' && !came.answer.ok ? came.answer.code : null;
}
