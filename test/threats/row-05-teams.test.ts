import { expect, it } from 'vitest';
import { readLog } from '../connectors/api/world.ts';
import { cardOf, readCard } from '../helpers/fake-teams/read-card.ts';
import type { TeamsUser } from '../helpers/fake-teams/world.ts';
import { expectUndecided, underAttack } from './teams-world.ts';

/** Bob, who may decide, with one thing about his account that he must not have. */
const SORTS: readonly (readonly [what: string, change: Partial<TeamsUser>, says: string])[] = [
  ['a guest', { userRole: 'guest' }, 'Guest accounts cannot decide'],
  ['anonymous', { userRole: 'anonymous' }, 'Guest accounts cannot decide'],
  ['of another tenant', { tenantId: 'ffffffff-0000-4000-8000-000000000000' }, 'from another one'],
  ['deactivated', { deactivated: true }, 'knows no such member'],
  ['of a role that nobody knows', { userRole: 'superuser' }, 'cannot say who you are'],
  ['of no role', { userRole: undefined as never }, 'cannot say who you are'],
  ['of no tenant', { tenantId: undefined as never }, 'from another one'],
];

it.each(SORTS)(
  'row 5: refuses an account of the policy that is %s, and says so',
  async (_what, change, says) => {
    const attack = await underAttack();
    attack.teams.world.change('bob', change);
    expect((await attack.face.click('bob', 1, 'Approve')).text).toContain(says);
    await attack.teams.person('bob').mention('reject 1 no');
    await expectUndecided(attack);
  },
);

it('row 5: refuses somebody whom the policy does not know, whatever they are called, and records it', async () => {
  const attack = await underAttack();
  attack.teams.world.change('mallory', { name: 'Bob Ruiz' });
  const { teams } = attack;
  const mallory = teams.person('29:mallory');
  const { text } = readCard(await mallory.click(attack.card, 'Approve'));
  expect(text).toContain('belongs to no person');
  await mallory.mention('reject 1 no');
  await expectUndecided(attack);
  const refused = (await readLog(attack.keyturn)).filter(({ type }) => type === 'client.refused');
  expect(refused.length).toBeGreaterThan(0);
});

it('row 5: refuses who says to be somebody that Teams does not know them to be', async () => {
  const attack = await underAttack();
  const { teams, card } = attack;
  const click = teams.person('mallory').clickOf(card, cardOf(card.activity), 'Approve');
  const { oid } = teams.world.user('bob');
  for (const from of [
    { id: '29:mallory', aadObjectId: oid },
    { id: '29:mallory', aadObjectId: oid.toUpperCase() },
    { id: '28:another-bot', aadObjectId: oid },
    { id: '29:nobody', aadObjectId: oid },
    { id: '29:bob' },
    { id: '29:bob', aadObjectId: '' },
    { id: '29:bob', aadObjectId: 'bob@acme.example' },
  ]) {
    const { status } = await teams.deliver({ ...click, id: `f:forged-${JSON.stringify(from)}`, from });
    expect(status).toBe(200);
  }
  await expectUndecided(attack);
});

it('row 5: looks again when it counts: who was a member a second ago and is a guest now is refused', async () => {
  const attack = await underAttack();
  await attack.face.click('bob', 1, 'View full payload');
  attack.teams.world.change('bob', { userRole: 'guest' });
  expect((await attack.face.click('bob', 1, 'Approve')).text).toContain('Guest accounts cannot decide');
  await expectUndecided(attack);
});

it('row 5: while Teams cannot say who somebody is, nothing is done, and they are told', async () => {
  const attack = await underAttack();
  for (const fault of ['error-500', 'html', 'refused', 'not-ok'] as const) {
    attack.teams.faults.clear();
    attack.teams.faults.plan(fault, /members/);
    expect((await attack.face.click('bob', 1, 'Approve')).text).toContain('cannot say who you are');
  }
  await expectUndecided(attack);
});
