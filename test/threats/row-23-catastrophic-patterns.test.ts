import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Folder } from '../e2e/folder.ts';

const TOKENS = { alice: 'ktp_row23_alice_0123456789', agent: 'ktc_row23_agent_0123456789' };
const hash = (who: keyof typeof TOKENS) => createHash('sha256').update(TOKENS[who]).digest('hex');

/** Each of these takes a backtracking engine longer than the universe will last. */
const policy = (when = "payload.sql.matches('^(a+)+$')") => `version: 1
environments: [prod]
people:
  alice: { name: Alice, accounts: { api_token_sha256: ${hash('alice')} } }
  bob: { name: Bob, accounts: { slack: T01/U01 } }
groups: { dba: { members: [alice, bob] } }
auditors: [alice]
clear_from: [dba]
actions: { db.schema: { payload_schema: schema.json } }
clients:
  agent: { kind: agent, owner: bob, auth: { token_sha256: ${hash('agent')} }, actions: ["db.*"], targets: ["postgres/**"] }
plans: { one-key: { seats: [{ from: [dba], count: 1 }] } }
default: { effect: require, plan: one-key }
rules:
  - { id: nested, match: { action: "db.*" }, effect: deny, when: "${when}" }
  - { id: overlapping, match: { action: "db.*" }, effect: require, plan: one-key, when: "payload.sql.matches('^(a|aa)+$')" }
  - { id: stars, match: { action: "*a*a*a*a*a*a*a*a*a*b", target: "*a*/*/*a*a*a*a*a*a*a*a*b" }, effect: deny }
audit: { log: row23/test, anchors: [] }
`;
const SCHEMA = { type: 'object', properties: { sql: { type: 'string', pattern: '^(a+)+$' } } };

function aFolder(text = policy()): Folder {
  const folder = new Folder();
  writeFileSync(join(folder.path, 'keyturn.yaml'), text);
  writeFileSync(join(folder.path, 'schema.json'), JSON.stringify(SCHEMA));
  return folder;
}

async function serve() {
  const running = aFolder().keyturn(['serve'], { PORT: '0' });
  const [, port] = await running.said(/"port":(\d+)/);
  const url = `http://127.0.0.1:${port}`;
  const ask = (action: string, sql: string, resource = 'orders') =>
    fetch(`${url}/v1/requests`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKENS.agent}` },
      body: JSON.stringify({
        action,
        target: { system: 'postgres', environment: 'prod', resource },
        reason: 'row 23',
        payload: { sql },
      }),
    }).then(async (answer) => ({ status: answer.status, ...((await answer.json()) as object) }));
  return { url, ask };
}

/** The longest that one call beside it waited, while this ran: one process answers everybody. */
async function slowestBeside<T>(url: string, work: Promise<T>): Promise<[result: T, slowestMs: number]> {
  let done = false;
  let slowest = 0;
  const beside = (async () => {
    while (!done) {
      const started = performance.now();
      await (await fetch(`${url}/healthz`)).text();
      slowest = Math.max(slowest, performance.now() - started);
    }
  })();
  const result = await work;
  done = true;
  await beside;
  return [result, slowest];
}

/** On a machine that does much else. A backtracking engine is not done with any of it in a year. */
const SOON_MS = 5_000;

it('row 23: no payload makes a condition, a schema or a glob run away, and everybody else is answered meanwhile', async () => {
  const { url, ask } = await serve();
  const evil = `${'a'.repeat(200_000)}!`;
  const cases = [
    ['a condition', () => ask('db.run', evil), { status: 201, state: 'pending' }],
    ['a schema', () => ask('db.schema', evil), { status: 422, code: 'INVALID' }],
    [
      'a glob',
      () => ask(`db.${'a'.repeat(100)}`, 'x', `${'a'.repeat(240)}`),
      { status: 201, state: 'pending' },
    ],
  ] as const;
  for (const [what, work, expected] of cases) {
    const started = performance.now();
    const [answer, slowest] = await slowestBeside(url, work());
    const took = performance.now() - started;
    expect([what, answer]).toEqual([what, expect.objectContaining(expected)]);
    expect([what, took < SOON_MS, slowest < SOON_MS]).toEqual([what, true, true]);
  }
}, 60_000);

it('row 23: what the patterns mean is still so: an exact match denies', async () => {
  const { ask } = await serve();
  expect(await ask('db.run', 'a'.repeat(1_000))).toMatchObject({ state: 'denied' });
}, 60_000);

it.each([
  ['looks ahead', "payload.sql.matches('(?=a)')"],
  ['refers back', "payload.sql.matches('(a)\\\\\\\\1')"],
  ['comes out of the payload', 'payload.sql.matches(payload.pattern)'],
  ['multiplies itself', "payload.sql.matches('(((x{100}){100}){100})')"],
])(
  'row 23: a policy with a pattern that %s does not load, and the line is named',
  async (_what, when) => {
    const folder = aFolder(policy(when));
    const { code, stdout, stderr } = await folder.keyturn(['policy', 'check']).ended;
    expect(code).toBe(78);
    expect(stdout + stderr).toMatch(/keyturn\.yaml:\d+.*rules\[0\]\.when/);
    expect((await folder.keyturn(['serve'], { PORT: '0' }).ended).code).toBe(78);
  },
  60_000,
);
