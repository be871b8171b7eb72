import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { policyCommand } from '../../../bot/cli/policy.ts';
import { SOUND } from '../policy-file/sound-policy.ts';
import { run } from './run-command.ts';

function aFile(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'keyturn.yaml');
  writeFileSync(file, text);
  return file;
}

const GOOD = `tests:
  - name: exports need both
    request: { action: db.export, target: postgres/prod/orders, requester: deploy-agent, payload: { kind: sql } }
    expect: { effect: require, plans: [two-keys], risk: critical }
`;

it('runs the tests of the file and exits with 0 when all of them pass', async () => {
  const file = aFile(SOUND + GOOD);
  const { out, exitCode } = await run(policyCommand(), 'test', '--config', file);
  expect([out, exitCode]).toEqual(['✔ exports need both\n\n1 passed, 0 failed\n', 0]);
});

it('shows what each failed test expected and what is so, and exits with 1', async () => {
  const file = aFile(`${SOUND + GOOD}  - name: exports are easy
    request: { action: db.export, target: postgres/prod/orders, requester: deploy-agent }
    expect: { effect: allow, plans: [], tell: "no" }
  - name: for bob somebody is left
    request: { action: db.migrate, target: postgres/dev/x, requester: deploy-agent, on_behalf_of: bob }
    expect: { effect: require }
`);
  const { out, exitCode } = await run(policyCommand(), 'test', '--config', file);
  expect(exitCode).toBe(1);
  expect(out).toBe(`✔ exports need both
✘ exports are easy  (${file}:55)
    effect    expected  allow
              got       require
    plans     expected  none
              got       two-keys
    tell      expected  no
              got       nothing
✘ for bob somebody is left  (${file}:58)
    refusal   expected  none
              got       NO_ELIGIBLE_REVIEWER

1 passed, 2 failed
`);
});

it('says that a file has no tests, and does not call that a failure', async () => {
  const { out, exitCode } = await run(policyCommand(), 'test', '--config', aFile(SOUND));
  expect(exitCode).toBe(0);
  expect(out).toContain('has no tests');
});

it('runs no test of a file that would not load, and exits with 78', async () => {
  const file = aFile(`${SOUND}${GOOD}unknown: 1\n`);
  const { out, exitCode } = await run(policyCommand(), 'test', '--config', file);
  expect(exitCode).toBe(78);
  expect(out).toBe(`${file}:55: unknown: is not a key that can stand here\n1 problem\n`);
});
