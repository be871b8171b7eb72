import type { Account } from '../core/identity.ts';
import type { Directory, ExternalGroup } from '../ports/directory.ts';
import type { Rulebook } from '../ports/rulebook.ts';
import type { Roster } from './roster.ts';
import type { RulebookInForce } from './rulebook-in-force.ts';

const TIMEOUT_MS = 3_000;
/** A group beyond this is no group of reviewers, and would make every look at a request slow. */
const MOST_MEMBERS = 2_000;

/**
 * Keeps what the roster knows of groups that others keep. Both calls are for before a transaction: a
 * directory is far away, and a transaction waits for nobody.
 */
export interface Directories {
  /** Asks anew. Whoever decides calls it first; what no directory answers then is unknown, and refuses. */
  renew(): Promise<void>;
  /** Asks where the last answer is older than people who only look may be shown. */
  recent(): Promise<void>;
}

export function createDirectories(
  directories: readonly Directory[],
  { roster, inForce }: { readonly roster: Roster; readonly inForce: RulebookInForce },
  steady: () => number,
  onFailure: (group: ExternalGroup, cause: unknown) => void,
): Directories {
  const byKind = new Map(directories.map((directory) => [directory.kind, directory]));
  let asking: Promise<void> | null = null;
  let next: Promise<void> | null = null;

  const askOne = async (group: ExternalGroup) => {
    const askedAt = steady();
    try {
      const directory = byKind.get(group.kind);
      if (directory === undefined) throw new Error(`no directory knows a ${group.kind}`);
      const accounts = await inTime(directory.membersOf(group.id));
      if (accounts.length > MOST_MEMBERS) throw new Error(`it has more than ${MOST_MEMBERS} members`);
      roster.learn(group, [...accounts].sort(), askedAt);
    } catch (cause) {
      roster.learn(group, null, askedAt);
      onFailure(group, cause);
    }
  };
  const askAll = () => {
    const groups = sourcesOf(inForce.now);
    const all = Promise.all(groups.map(askOne)).then(() => {
      if (asking === all) asking = null;
    });
    asking = all;
    return all;
  };
  const renew = async (): Promise<void> => {
    if (inForce.now.externalGroups.size === 0) return;
    if (asking === null) return askAll();
    // What is on its way was asked before this call. Whoever comes now waits for the answer after it.
    next ??= asking.then(() => {
      next = null;
      return askAll();
    });
    await next;
  };
  return {
    renew,
    async recent() {
      const isOld = sourcesOf(inForce.now).some((group) => roster.askedAt(group) === undefined);
      if (isOld) await (asking ?? renew());
    },
  };
}

function sourcesOf({ externalGroups }: Rulebook): readonly ExternalGroup[] {
  const all = [...externalGroups.values()].flat();
  return [...new Map(all.map((group) => [`${group.kind} ${group.id}`, group])).values()];
}

async function inTime(answer: Promise<readonly Account[]>): Promise<readonly Account[]> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${TIMEOUT_MS} ms`)), TIMEOUT_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
