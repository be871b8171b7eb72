import { expect, it } from 'vitest';
import { toPlace } from '../../../bot/core/place.ts';
import { glassRule, REASON, TARGET } from '../../connectors/api/glass.ts';
import { readLog, stateOf, submit } from '../../connectors/api/world.ts';
import { cardOf, readCard } from '../../helpers/fake-teams/read-card.ts';
import { GROUP_CHAT } from '../../helpers/fake-teams/world.ts';
import { startWithTeams } from '../../helpers/start-teams.ts';
import { teamsDriver } from '../../helpers/teams-driver.ts';

async function incident() {
  const breakGlass = [glassRule({ notify: [toPlace('teams', GROUP_CHAT)] })];
  const workshop = await startWithTeams({ breakGlass }, { speed: 20 });
  const face = teamsDriver(workshop.teams);
  const request = await submit(workshop.keyturn, { action: 'db.export' });
  await face.card('bob', request.number);
  const inIncidents = (what: RegExp) =>
    workshop.teams.until(`incidents that say ${what}`, () =>
      workshop.teams.world
        .standing(GROUP_CHAT)
        .find(({ activity }) => what.test(readCard(cardOf(activity)).text)),
    );
  return { ...workshop, face, request, inIncidents };
}

it('takes an emergency from a form in the chat, tells the incident chat, and calls who must review it', async () => {
  const { face, request, keyturn, inIncidents, teams } = await incident();
  const { number } = request;
  const glass = (more: Record<string, string>) =>
    face.type('bob', `break-glass ${number}`, { comment: REASON, confirm_target: TARGET, ...more });
  // Typed text alone breaks nothing, and what the form asks for is asked for again.
  expect((await face.type('bob', `break-glass ${number}`)).buttons).toEqual(['Break glass']);
  expect((await glass({})).text).toContain('seen all of it');
  await face.click('bob', number, 'View full payload');
  expect((await glass({ confirm_target: 'postgres/dev/orders' })).text).not.toContain('You approved');
  expect((await glass({ comment: 'too short' })).text).not.toContain('You approved');
  expect(await stateOf(keyturn, request)).toBe('pending');
  expect(teams.world.standing(GROUP_CHAT)).toEqual([]);

  await glass({});
  expect(await stateOf(keyturn, request)).toBe('approved');
  await face.card('dora', number, 'Break-glass by bob');
  await inIncidents(/Break-glass by bob at .*INC-7/);
  const called = await inIncidents(/BREAK-GLASS: bob approved this alone/);
  const names = cardOf(called.activity).msteams.entities.map(
    ({ mentioned }: { mentioned: { name: string } }) => mentioned.name,
  );
  expect(names.sort()).toEqual(['carol', 'dora']);
});

it('takes the review afterwards from a form, of who may give it and of nobody else', async () => {
  const { face, request, keyturn } = await incident();
  const { number } = request;
  await face.click('bob', number, 'View full payload');
  await face.type('bob', `break-glass ${number}`, { comment: REASON, confirm_target: TARGET });
  await face.card('dora', number, 'Break-glass by bob');
  const review = { comment: 'I looked at it, it was right', verdict: 'approve' };
  const reviewed = async () =>
    (await readLog(keyturn)).filter(({ type }) => type === 'break_glass.reviewed').length;
  await face.type('bob', `post-review ${number}`, review);
  await face.type('eve', `post-review ${number}`, review);
  expect(await reviewed()).toBe(0);
  await face.type('carol', `post-review ${number}`, review);
  expect(await reviewed()).toBe(1);
});
