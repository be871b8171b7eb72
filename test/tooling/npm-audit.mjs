// What the registry knows against our dependencies. Where it cannot be asked (no network, a mirror
// without advisories) that is said and is no failure: a check that fails for want of an answer is
// switched off by the first person in a hurry.
import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';

const SERIOUS = ['high', 'critical'];
const WITHIN_MS = 60_000;

/** From `npm audit --json`: what is known against us, or null when nobody answered. */
export function findingsOf(stdout) {
  let report;
  try {
    report = JSON.parse(stdout);
  } catch {
    return null;
  }
  if (typeof report?.vulnerabilities !== 'object' || report.vulnerabilities === null) return null;
  return Object.values(report.vulnerabilities)
    .filter(({ severity }) => SERIOUS.includes(severity))
    .map(({ name, severity, range }) => `${name} ${range}: ${severity}`);
}

function main() {
  // Only what is installed for users; a test tool reaches no held action.
  const { stdout } = spawnSync('npm', ['audit', '--json', '--omit=dev'], {
    encoding: 'utf8',
    timeout: WITHIN_MS,
  });
  const findings = findingsOf(stdout ?? '');
  const say = (text) => process.stdout.write(`${text}\n`);
  if (findings === null) {
    say('npm audit: NOT CHECKED, the registry gave no answer');
    return 0;
  }
  for (const finding of findings) say(`npm audit: ${finding}`);
  say(`npm audit: ${findings.length} high or critical findings`);
  return findings.length === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = main();
