import type { Account } from '../../bot/core/identity.ts';
import type { Directory } from '../../bot/ports/directory.ts';
import type { Firm, Person } from './firm.ts';

// Groups that a directory keeps: one member of each stands in no policy file.

export const DIRECTORY = 'model_group';
const FRESH_MS = 60_000;

/** Who is in a group by the directory alone, whatever the policy says. */
const MEMBERS: Readonly<Record<string, Person>> = { security: 'dora', dba: 'bob' };

export function accountOf(person: Person): Account {
  return `model:${person}` as Account;
}

/** The same firm, but for one member of the group that only the directory knows. */
export function keeping<F extends Pick<Firm, 'groups' | 'kept'>>(group: string): (firm: F) => F {
  const member = MEMBERS[group] ?? 'dora';
  return (firm) => ({
    ...firm,
    groups: { ...firm.groups, [group]: [...new Set([...(firm.groups[group] ?? []), member])] },
    kept: { ...firm.kept, [group]: member },
  });
}

/** Without what nobody can say at the moment. */
export function asKnown(firm: Firm, isKnown: (group: string) => boolean): Firm {
  const unknown = Object.keys(firm.kept).filter((group) => !isKnown(group));
  if (unknown.length === 0) return firm;
  const groups = { ...firm.groups };
  for (const group of unknown)
    groups[group] = (firm.groups[group] ?? []).filter((person) => person !== firm.kept[group]);
  return { ...firm, groups, unknown };
}

/** The directory as the bot asks it. It remembers when it said what, and a start of the bot forgets that. */
export class ModelDirectory implements Directory {
  readonly kind = DIRECTORY;
  readonly #steady: () => number;
  readonly #answeredAt = new Map<string, number>();
  readonly #asked = new Set<string>();
  isDown = false;

  constructor(steady: () => number) {
    this.#steady = steady;
  }

  async membersOf(group: string): Promise<readonly Account[]> {
    this.#asked.add(group);
    this.#answeredAt.delete(group);
    const member = MEMBERS[group];
    if (this.isDown || member === undefined) throw new Error('a test made the directory fail');
    this.#answeredAt.set(group, this.#steady());
    return [accountOf(member)];
  }

  /** Whether an answer that may still be used was given since the bot started. */
  knows(group: string): boolean {
    const at = this.#answeredAt.get(group);
    return at !== undefined && this.#steady() - at < FRESH_MS;
  }

  /** The groups that were asked for since the last look. */
  takeAsked(): ReadonlySet<string> {
    const asked = new Set(this.#asked);
    this.#asked.clear();
    return asked;
  }

  forget(): void {
    this.#answeredAt.clear();
    this.#asked.clear();
  }
}
