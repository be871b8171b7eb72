import { expect, it } from 'vitest';
import { stateOf, storyOf, submit } from '../connectors/api/world.ts';
import { cardOf, readCard } from '../helpers/fake-teams/read-card.ts';
import { CHANNEL } from '../helpers/fake-teams/world.ts';
import { startWithTeams } from '../helpers/start-teams.ts';
import { teamsDriver } from '../helpers/teams-driver.ts';
import { underAttack } from './teams-world.ts';

const CANARY = 'canary-7f3a-secret-value';

it('row 14: a withheld value and our own secrets reach neither Teams nor the log of the operator', async () => {
  const logged: string[] = [];
  const note = (message: string, fields = {}) => void logged.push(JSON.stringify([message, fields]));
  const workshop = await startWithTeams(
    {},
    { speed: 20, ports: { logger: { info: note, warn: note, error: note } } },
  );
  const { teams, keyturn } = workshop;
  const face = teamsDriver(teams);
  const request = await submit(keyturn, {
    action: 'db.secret',
    reason: 'log-canary-reason',
    payload: { secret: CANARY, user: 'x' },
  });
  expect((await face.card('bob', request.number)).text).toContain('1 value is hidden');
  const all = await face.click('bob', request.number, 'View full payload');
  expect(all.text).not.toContain(CANARY);
  // Trouble makes clients talk: each of these ends up in an error.
  for (const fault of ['error-500', 'html', 'refused'] as const) teams.faults.plan(fault, /./, 2);
  await keyturn.post('agent', `/v1/requests/${request.id}/cancel`);
  await face.card('bob', request.number, 'Cancelled by agent');
  await teams.deliverWith('{"serviceUrl":"x"}', 'Bearer secret-looking.token.value');
  await workshop.restart();
  expect(JSON.stringify(teams.calls)).not.toContain(CANARY);
  expect(logged.length).toBeGreaterThan(0);
  const log = logged.join('\n');
  for (const secret of [CANARY, teams.secret, ...teams.tokens, 'log-canary-reason', 'secret-looking'])
    expect(log).not.toContain(secret);
}, 40_000);

it('row 15: forty clicks at once on one card are one decision, and forty answers', async () => {
  const { teams, card, keyturn, request } = await underAttack();
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_none, index) =>
      teams.person(index % 2 ? 'bob' : 'dora').click(card, 'Approve'),
    ),
  );
  const texts = answers.map((answer) => readCard(answer).text);
  expect(texts.filter((text) => text.startsWith('You approved'))).toHaveLength(1);
  expect(
    texts.filter(
      (text) => text.startsWith('You approved') || /decided already|approved this request already/.test(text),
    ),
  ).toHaveLength(40);
  const story = await storyOf(keyturn, request);
  expect(story.filter((type) => type === 'request.approved')).toHaveLength(1);
  expect(story.filter((type) => type === 'review.recorded')).toHaveLength(1);
}, 60_000);

it('row 15: a click on a card from before the restart meets what was decided meanwhile', async () => {
  const attack = await underAttack();
  const { card, request } = attack;
  const before = cardOf(card.activity);
  await attack.keyturn.post('agent', `/v1/requests/${request.id}/cancel`);
  await attack.restart();
  const answer = readCard(await attack.teams.person('bob').click(card, 'Approve', {}, before));
  expect(answer.text).toContain('decided already');
  expect((await attack.face.card('bob', 1, 'Cancelled by agent')).buttons).toEqual([]);
  expect(await stateOf(attack.keyturn, request)).toBe('cancelled');
}, 30_000);

it('row 15: the same click delivered again, also after a restart, changes nothing and is answered', async () => {
  const attack = await underAttack({ action: 'db.export' });
  const { teams, card, keyturn, request } = attack;
  const click = teams.person('bob').clickOf(card, cardOf(card.activity), 'Approve');
  await teams.deliver(click);
  await keyturn.get('bob', `/v1/requests/${request.id}`);
  await attack.restart();
  const again = await teams.deliver(click);
  expect(again.text).toContain('answered before');
  const story = await storyOf(attack.keyturn, request);
  expect(story.filter((type) => type === 'review.recorded')).toHaveLength(1);
}, 30_000);

it('row 15: every copy of a card is made true, also one that nobody knew of', async () => {
  const attack = await underAttack();
  const { teams, card, face } = attack;
  // A copy from right before a crash: Teams has it, and the store does not.
  const id = teams.world.nextId();
  const copy = teams.world.add(`${CHANNEL};messageid=${id}`, id, card.activity);
  await teams.person('alice').click(copy, 'Approve');
  await face.click('bob', 1, 'Approve');
  await teams.until(
    'both copies to be true',
    () =>
      teams.world
        .standing(CHANNEL)
        .every(({ activity }) => readCard(cardOf(activity)).buttons.length === 0) || null,
  );
  expect(teams.world.standing(CHANNEL)).toHaveLength(2);
});

it('row 15: a card that somebody deleted comes back while it still has to be decided', async () => {
  const attack = await underAttack({ action: 'db.export' });
  const { teams, card, keyturn, request } = attack;
  card.deleted = true;
  await keyturn.get('bob', `/v1/requests/${request.id}/payload`);
  await keyturn.post('bob', `/v1/requests/${request.id}/reviews`, {
    verdict: 'approve',
    action_digest: request.action_digest,
  });
  const again = await teams.until('the card to be back', () => teams.world.standing(CHANNEL)[0]);
  expect(readCard(cardOf(again.activity)).text).toContain('dba 1/1 (bob)');
});
