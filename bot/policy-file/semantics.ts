import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { Check } from './check.ts';
import { checkActions } from './check-actions.ts';
import { checkEvents } from './check-events.ts';
import { checkBreakGlass, checkFreezes } from './check-freezes.ts';
import { checkNotices } from './check-notices.ts';
import { checkOidc } from './check-oidc.ts';
import { checkAccounts, checkClients, checkGroups } from './check-people.ts';
import { checkPlans } from './check-plans.ts';
import { checkDefault, checkRules } from './check-rules.ts';
import { checkSources } from './check-sources.ts';
import { checkTests } from './check-tests.ts';
import { checkWorkers } from './check-workers.ts';
import type { Draft } from './draft.ts';
import type { Finding } from './problem.ts';

/** Everything that makes a well-formed file an unsafe policy. */
export function checkSemantics(draft: Draft): readonly Finding[] {
  const findings: Finding[] = [];
  const check: Check = { draft, report: (path, message) => findings.push({ path, message }) };
  checkAccounts(check);
  checkClients(check);
  checkOidc(check);
  checkSources(check);
  checkGroups(check);
  checkPlans(check);
  checkNotices(check);
  checkFreezes(check);
  checkBreakGlass(check);
  checkRules(check);
  checkDefault(check);
  checkActions(check);
  checkWorkers(check);
  checkEvents(check);
  checkFolders(check);
  checkTests(check);
  return findings;
}

function checkFolders({ draft, report }: Check): void {
  const { dataDir, keyDir } = draft;
  // One of each kind can be told only where the file's own folder is known: `settings.ts` looks again.
  if (dataDir === null || keyDir === null || isAbsolute(dataDir) !== isAbsolute(keyDir)) return;
  if (isInside(resolve(SOMEWHERE, keyDir), resolve(SOMEWHERE, dataDir))) report(['key_dir'], KEYS_IN_DATA);
}

/** Stands for the file's folder, deep enough that `..` does not end at the root. */
const SOMEWHERE = `/${'x/'.repeat(50)}`;

/** Whoever copies the data, for a backup or by theft, must not get the keys that sign it. */
export const KEYS_IN_DATA = 'must not be inside data_dir: a copy of the data would hold the signing keys';

/** Of two absolute paths. */
export function isInside(inner: string, outer: string): boolean {
  const way = relative(outer, inner);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
