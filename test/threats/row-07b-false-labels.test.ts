import { expect, it } from 'vitest';
import { compileCondition } from '../../bot/cel.ts';
import { expectRefused, post, submit } from '../connectors/api/world.ts';
import { rule } from '../helpers/rulebook.ts';
import { startKeyturn } from '../helpers/start-keyturn.ts';

const REFUSED = { by: 'agent' } as const;

const target = (changes: object) => ({
  target: { system: 'postgres', environment: 'prod', resource: 'orders', ...changes },
});

it.each([
  ['a Cyrillic letter in prod', '/target/environment', target({ environment: 'рrod' })],
  ['a path in the environment', '/target/environment', target({ environment: 'dev/../prod' })],
  ['white space after it', '/target/environment', target({ environment: 'prod ' })],
  ['a line break after it', '/target/environment', target({ environment: 'prod\n' })],
  ['a slash in the system', '/target/system', target({ system: 'postgres/dev' })],
  ['a glob as the system', '/target/system', target({ system: '*' })],
  ['a glob as the resource', '/target/resource', target({ resource: '**' })],
  ['capitals in the action', '/action', { action: 'DB.read' }],
  ['a glob as the action', '/action', { action: 'db.*' }],
  ['a zero-width space in the action', '/action', { action: 'db.\u200bread' }],
])('row 7b: %s is outside the grammar', async (_what, pointer, changes) => {
  const keyturn = await startKeyturn();
  const answer = await post(keyturn, 'agent', changes);
  await expectRefused(keyturn, answer, 'INVALID', { ...REFUSED, type: 'client.refused' });
  expect(answer.body.errors).toMatchObject([{ pointer }]);
});

it.each([
  ['Prod for prod', '/target/environment', target({ environment: 'Prod' })],
  ['PROD for prod', '/target/environment', target({ environment: 'PROD' })],
  ['an environment nobody declared', '/target/environment', target({ environment: 'production' })],
  ['a human it may not act for', '/on_behalf_of', { on_behalf_of: 'bob' }],
  ['a human nobody knows', '/on_behalf_of', { on_behalf_of: 'mallory' }],
  ['a human by another case', '/on_behalf_of', { on_behalf_of: 'Alice' }],
])('row 7b: %s is nothing that the policy knows', async (_what, pointer, changes) => {
  const keyturn = await startKeyturn();
  const answer = await post(keyturn, 'agent', changes);
  await expectRefused(keyturn, answer, 'INVALID', { ...REFUSED, type: 'request.refused' });
  expect(answer.body.errors).toMatchObject([{ pointer }]);
});

it.each([
  ['an action that is not its to name', { action: 'iam.grant' }],
  ['an action that only begins like one of its own', { action: 'dbx.read' }],
  ['a system that is not its to touch', target({ system: 'k8s' })],
  ['a system that only begins like one of its own', target({ system: 'postgres2' })],
])('row 7b: %s is not allowed to the client', async (_what, changes) => {
  const keyturn = await startKeyturn();
  const answer = await post(keyturn, 'agent', changes);
  await expectRefused(keyturn, answer, 'ACTION_NOT_ALLOWED', { ...REFUSED, type: 'request.refused' });
});

it('row 7b: a resource with slashes is no other environment to the client’s globs', async () => {
  const keyturn = await startKeyturn({ client: { targets: ['postgres/dev/*'] } });
  for (const [system, environment, resource] of [
    ['postgres', 'prod', 'dev/orders'],
    ['postgres', 'prod', 'x/dev/orders'],
  ]) {
    const answer = await post(keyturn, 'agent', { target: { system, environment, resource } });
    await expectRefused(keyturn, answer, 'ACTION_NOT_ALLOWED', { ...REFUSED, type: 'request.refused' });
  }
  expect((await post(keyturn, 'agent', target({ environment: 'dev', resource: 'orders' }))).status).toBe(201);
});

/** The rule of interfaces.md: what is called a read is one only if the payload says so. */
const when = compileCondition(`payload.kind == 'sql' && payload.statement.matches('^(?i)select [^;]*$')`);
const READS = when.ok
  ? [rule('read-only', { match: { action: ['db.read'] }, effect: 'allow', when: when.condition })]
  : [];

it.each([
  ['approved', 'a read', { kind: 'sql', statement: 'SELECT 1' }],
  ['pending', 'a DROP', { kind: 'sql', statement: 'DROP TABLE orders' }],
  ['pending', 'a DROP after a read', { kind: 'sql', statement: 'SELECT 1; DROP TABLE orders' }],
  ['pending', 'a DROP before a read', { kind: 'sql', statement: 'DROP TABLE orders;\nselect 1' }],
  ['pending', 'a read with a line break and more', { kind: 'sql', statement: 'select 1\n;DROP TABLE x' }],
  ['pending', 'another kind of payload', { kind: 'command', statement: 'select 1' }],
  ['pending', 'a payload without the field', { kind: 'sql' }],
  ['pending', 'a field of another type', { kind: 'sql', statement: ['select 1'] }],
  ['pending', 'nothing', {}],
])('row 7b: `db.read` is %s when it is %s', async (state, _what, payload) => {
  expect(READS).toHaveLength(1);
  const keyturn = await startKeyturn({ rules: READS });
  expect(await submit(keyturn, { action: 'db.read', payload })).toMatchObject({ state });
});

it('row 7b: what cannot be evaluated binds a deny and frees nothing', async () => {
  const keyturn = await startKeyturn({
    rules: [
      rule('deny', { match: { action: ['db.x'] }, effect: 'deny', when: () => 'unevaluable' }),
      rule('allow', { match: { action: ['db.y'] }, effect: 'allow', when: () => 'unevaluable' }),
    ],
  });
  expect(await submit(keyturn, { action: 'db.x' })).toMatchObject({ state: 'denied' });
  expect(await submit(keyturn, { action: 'db.y' })).toMatchObject({ state: 'pending' });
});
