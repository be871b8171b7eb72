import type { NoteClaim } from './claims.ts';
import { parseOrigin } from './origin.ts';
import { type Found, found } from './problem.ts';
import type { TreeCheck } from './tree-check.ts';
import type { Trust } from './trust.ts';
import type { Verdict } from './verify.ts';

/** What is known when all entries were read, or the first that is not sound. */
export interface Read {
  readonly verdict: Verdict;
  readonly claims: readonly NoteClaim[];
  readonly tree: TreeCheck<NoteClaim>;
  readonly trust: Trust | null;
  /** Where an epoch ended: the entry that opened the next one. */
  readonly ends: readonly { readonly epoch: number; readonly end: number }[];
}

/** Whether a key that counts has signed it. Without a key nobody can say, and it is compared all the same. */
export function isSigned({ trust, claims }: Read, claim: NoteClaim): boolean {
  return trust === null || trust.problem(claim, claims) === null;
}

/** What lies outside may be of other logs as well. */
export function isOfLog({ verdict }: Read, { origin }: NoteClaim): boolean {
  return parseOrigin(origin)?.log === parseOrigin(verdict.origin)?.log;
}

/** Every checkpoint against the entries: the log's own, and those from outside. */
export function judgeClaims(read: Read): readonly Found[] {
  const { claims, trust, verdict } = read;
  const all: Found[] = [];
  // Up to here something signed says that the entries are what they were.
  let good = 0;
  for (const claim of claims.toSorted((a, b) => a.size - b.size)) {
    const isOutside = claim.kind === 'outside' || claim.kind === 'copy';
    if (isOutside && !isOfLog(read, claim)) continue;
    if (!isSigned(read, claim)) {
      // Anybody may have added to what lies outside. What the log brings itself must be signed; by
      // which keys is known once all of it was read.
      if (!isOutside && verdict.problem === null)
        all.push(found('signature', null, trust?.problem(claim, claims) ?? claim.name));
      continue;
    }
    const held = read.tree.held().get(claim) === true && epochProblem(read, claim) === null;
    if (held) good = Math.max(good, claim.size);
    else all.push(...claimProblem(read, claim, good));
  }
  return all;
}

function claimProblem(read: Read, claim: NoteClaim, good: number): readonly Found[] {
  const { tree, verdict } = read;
  const { kind, name, size } = claim;
  const area = kind === 'outside' || kind === 'copy' ? 'anchor' : 'root';
  const epoch = epochProblem(read, claim);
  if (epoch !== null) return [epoch];
  if (tree.held().get(claim) === false) {
    const why = `entries ${good} to ${size - 1} are not those that ${name} was signed over`;
    return [{ ...found(area, good, why), before: size }];
  }
  // Where the reading stopped, nothing can be said of what comes after.
  if (verdict.problem !== null) return [];
  return [found(area, tree.size(), `it is missing: ${name} was signed over ${size} entries`)];
}

/** An epoch has the entries up to the one that opened the next. What it had after that is gone. */
function epochProblem({ ends, verdict }: Read, { kind, name, size, epoch }: NoteClaim): Found | null {
  const end = ends.find((one) => one.epoch === epoch)?.end;
  const last = parseOrigin(verdict.origin)?.epoch ?? epoch;
  if (end !== undefined && size > end)
    return found(
      'anchor',
      end,
      `${name} was signed over ${size} entries of epoch ${epoch}, which ended here`,
    );
  if (epoch <= last || verdict.problem !== null) return null;
  const why = `${name} is of epoch ${epoch}, and these entries are of epoch ${last}`;
  return found(kind === 'outside' ? 'anchor' : 'root', (verdict.lastSeq ?? -1) + 1, why);
}
