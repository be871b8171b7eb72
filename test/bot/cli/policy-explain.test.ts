import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { toConfiguration } from '../../../bot/cli/configuration.ts';
import { policyCommand } from '../../../bot/cli/policy.ts';
import { compose } from '../../../bot/compose.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { seededRandom } from '../../helpers/seeded-random.ts';
import { changed, hash, SOUND } from '../policy-file/sound-policy.ts';
import { run } from './run-command.ts';

function aFolder(text: string) {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-explain-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'keyturn.yaml');
  writeFileSync(file, text);
  return { folder, file };
}

const explain = (file: string, ...args: readonly string[]) =>
  run(policyCommand(), 'explain', '--config', file, ...args);

const EXPORT = ['--action', 'db.export', '--target', 'postgres/prod/orders', '--requester', 'deploy-agent'];

it('says which rules matched and why, what they ask for, who may fill it and who is excluded by what', async () => {
  const { file } = aFolder(SOUND);
  const { out, exitCode } = await explain(file, ...EXPORT);
  expect(exitCode).toBe(0);
  expect(out).toBe(`deploy-agent (an agent) asks for db.export on postgres/prod/orders

Rules
  ✔ prod-db-export  require two-keys, replaces the default, risk critical
  · default         require one-key: replaced by prod-db-export
  ✘ read-only       action is db.export, it wants db.read
  ✘ no-iam-admin    action is db.export, it wants iam.*

Result: require two-keys, risk critical
  waits for its reviews 45m; an approval can be used for 15m; its outcome is due within 2h
  a comment is required to reject

Seats, each filled by a different person
  1 of dba: bob  (excluded: alice)
  1 of security: carol

Excluded from every decision about it
  alice: owner of deploy-agent

Answer: it would be held (pending).
Limits: 20 open and 30 new a minute per requester.
`);
});

it('names every refusal that would come, in the order in which they would', async () => {
  const { file } = aFolder(SOUND);
  const args = ['--action', 'vault.open', '--target', 'vault/qa/root', '--requester', 'deploy-agent'];
  const { out } = await explain(file, ...args, '--on-behalf-of', 'carol');
  expect(out.split('\n').slice(-7)).toEqual([
    '',
    'Answer: it would be refused, and nothing would be created.',
    '  INVALID: "qa" is not a declared environment',
    '  INVALID: deploy-agent may not act for that person',
    '  ACTION_NOT_ALLOWED: its action or target is not on the lists of deploy-agent',
    'Limits: 20 open and 30 new a minute per requester.',
    '',
  ]);
});

it('shows a condition with its answer, and whom it binds where it has none', async () => {
  const { file } = aFolder(
    changed(['    effect: deny\n    tell', `    when: payload.policy == 'x'\n    effect: deny\n    tell`]),
  );
  const read = ['--action', 'db.read', '--target', 'postgres/dev/orders', '--requester', 'deploy-agent'];
  const iam = ['--action', 'iam.grant', '--target', 'postgres/dev/orders', '--requester', 'deploy-agent'];
  const payload = join(aFolder('').folder, 'payload.json');
  const lineOf = (out: string, rule: string) => out.split('\n').find((line) => line.includes(` ${rule} `));
  for (const [text, args, rule, expected] of [
    ['{"kind":"sql"}', read, 'read-only', `  ✔ read-only       allow, when is true: payload.kind == 'sql'`],
    ['{"kind":"x"}', read, 'read-only', `  ✘ read-only       when is false: payload.kind == 'sql'`],
    [
      '{}',
      read,
      'read-only',
      `  ✘ read-only       when cannot be evaluated for this request, so it frees nothing: payload.kind == 'sql'`,
    ],
    [
      '{}',
      iam,
      'no-iam-admin',
      `  ✔ no-iam-admin    deny, when cannot be evaluated for this request, so the rule binds: payload.policy == 'x'`,
    ],
  ] as const) {
    writeFileSync(payload, text);
    expect(lineOf((await explain(file, ...args, '--payload', payload)).out, rule)).toBe(expected);
  }
});

it('takes a whole request as JSON, and an option over it', async () => {
  const { file, folder } = aFolder(SOUND);
  const request = join(folder, 'request.json');
  writeFileSync(request, JSON.stringify({ action: 'db.read', target: 'postgres/dev/x', requester: 'alice' }));
  const { out } = await explain(file, '--request', request, '--requester', 'bob');
  expect(out).toContain('bob (a person) asks for db.read on postgres/dev/x');
});

it('names each part of the request that is missing or wrong, and exits with 78', async () => {
  const { file } = aFolder(SOUND);
  const { out, exitCode } = await explain(file, '--target', 'orders');
  expect(exitCode).toBe(78);
  expect(out).toBe(
    'action: is missing\ntarget: must be a target such as postgres/prod/orders\nrequester: is missing\nSee: keyturn policy explain --help\n',
  );
});

it('counts the rules that are about something else, where a policy has hundreds', async () => {
  const rules = Array.from(
    { length: 200 },
    (_, nth) => `  - { id: other-${nth}, match: { action: other.a${nth} }, effect: deny }\n`,
  ).join('');
  const { file } = aFolder(`${SOUND}${rules}`);
  const { out } = await explain(file, ...EXPORT);
  expect(out.split('\n').slice(2, 6)).toEqual([
    'Rules',
    '  ✔ prod-db-export  require two-keys, replaces the default, risk critical',
    '  · default         require one-key: replaced by prod-db-export',
    '  and 202 more that did not match',
  ]);
});

it('explains a request that is there by its number, beside the running server', async () => {
  const token = 'ktc_explained_0123456789';
  const { createHash } = await import('node:crypto');
  const sha = createHash('sha256').update(token).digest('hex');
  const { file, folder } = aFolder(SOUND.replace(hash('d'), sha));
  const text = SOUND.replace(hash('d'), sha);
  const keyturn = await compose(
    { ...toConfiguration(text, file, { PORT: '0' }) },
    {
      clock: new FakeClock(),
      random: seededRandom(folder),
      logger: { info() {}, warn() {}, error() {} },
      couriers: () => [],
      onBroken: (cause) => {
        throw cause;
      },
    },
  );
  onTestFinished(() => keyturn.stop());
  const response = await fetch(`http://127.0.0.1:${keyturn.port}/v1/requests`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({
      action: 'db.export',
      target: { system: 'postgres', environment: 'prod', resource: 'orders' },
      reason: 'monthly',
      payload: { kind: 'sql', statement: 'x' },
    }),
  });
  expect(response.status).toBe(201);
  const { out, exitCode } = await explain(file, '1');
  expect(exitCode).toBe(0);
  expect(out).toBe(`Request 1, which is pending.
deploy-agent (an agent) asks for db.export on postgres/prod/orders

It is held to the policy in force.
Rules
  ✔ prod-db-export  require two-keys, replaces the default, risk critical
  · default         require one-key: replaced by prod-db-export
  ✘ read-only       action is db.export, it wants db.read
  ✘ no-iam-admin    action is db.export, it wants iam.*

Result: require two-keys, risk critical
  waits for its reviews 45m; an approval can be used for 15m; its outcome is due within 2h
  a comment is required to reject

Seats, each filled by a different person
  1 of dba: bob  (excluded: alice)
  1 of security: carol

Excluded from every decision about it
  alice: owner of deploy-agent
`);
  expect(await explain(file, '2')).toMatchObject({
    exitCode: 78,
    out: expect.stringContaining('no request 2'),
  });
});
