import type { Account } from '../../bot/core/identity.ts';
import type { Directory } from '../../bot/ports/directory.ts';

/** A directory of groups that a test can change, silence, break and slow down. */
export class FakeDirectory implements Directory {
  readonly kind = 'fake_group';
  readonly groups = new Map<string, readonly string[]>();
  /** What it says instead of an answer. */
  failure: Error | null = null;
  /** It says nothing at all. */
  silent = false;
  asked = 0;
  #held: (() => void)[] = [];
  #holds = false;

  async membersOf(id: string): Promise<readonly Account[]> {
    this.asked += 1;
    if (this.silent) return new Promise(() => {});
    // It looks at once, and what it saw may be late when it is told.
    const seen = this.groups.get(id);
    if (this.#holds) await new Promise<void>((resolve) => this.#held.push(resolve));
    if (this.failure !== null) throw this.failure;
    if (seen === undefined) throw new Error(`there is no group ${id}`);
    return seen as readonly Account[];
  }

  hold(): void {
    this.#holds = true;
  }

  /** Tells what it saw, to everybody who waits. */
  release(): void {
    this.#holds = false;
    for (const tell of this.#held.splice(0)) tell();
  }

  get waiting(): number {
    return this.#held.length;
  }
}
