import { describe, expect, it } from 'vitest';
import { stateOf, submit } from '../../connectors/api/world.ts';
import { slackDriver } from '../../helpers/slack-driver.ts';
import { SLACK_MODES, startWithSlack } from '../../helpers/start-slack.ts';

/** Nobody of the policy file is a dba: the user group says who is. */
const EXTERNAL = {
  groups: { dba: [], security: ['carol'] },
  externalGroups: { dba: [{ kind: 'slack_usergroup', id: 'S01' }] },
};

async function withGroup(mode: 'socket' | 'http', users: readonly string[]) {
  const workshop = await startWithSlack(mode, EXTERNAL, { speed: 20 });
  workshop.slack.world.userGroups.set('S01', users);
  // What was asked while there was no such group is an answer too, for a minute.
  workshop.clock.advance(61_000);
  return { ...workshop, face: slackDriver(workshop.slack) };
}

describe.each(SLACK_MODES)('user groups of Slack (%s)', (mode) => {
  it('lets a member decide, whom the policy file knows by account alone', async () => {
    const { keyturn, face, slack } = await withGroup(mode, ['U02']);
    const request = await submit(keyturn);
    expect(await face.thread('bob', request.number, 'Asked')).toHaveLength(1);
    await face.click('bob', request.number, 'Approve');
    expect(await stateOf(keyturn, request)).toBe('approved');
    expect(slack.calls.some(({ method }) => method === 'usergroups.users.list')).toBe(true);
  });

  it('asks again at the click: who was taken out of the group meanwhile decides nothing', async () => {
    const { keyturn, face, slack } = await withGroup(mode, ['U02', 'U04']);
    const request = await submit(keyturn);
    await face.card('bob', request.number);
    slack.world.userGroups.set('S01', ['U04']);
    expect((await face.click('bob', request.number, 'Approve')).text).toContain('not one of the people');
    expect(await stateOf(keyturn, request)).toBe('pending');
    await face.click('dora', request.number, 'Approve');
    expect(await stateOf(keyturn, request)).toBe('approved');
  });

  it('refuses while Slack cannot say who is in the group, and says that this is why', async () => {
    const { keyturn, face, slack } = await withGroup(mode, ['U02']);
    const request = await submit(keyturn);
    await face.card('bob', request.number);
    for (const fault of ['error-500', 'refused', 'not-ok', 'html'] as const) {
      slack.faults.plan(fault, /usergroups/);
      expect((await face.click('bob', request.number, 'Approve')).text).toContain('directory cannot say');
      slack.faults.clear();
    }
    slack.world.userGroups.delete('S01');
    expect((await face.click('bob', request.number, 'Approve')).text).toContain('directory cannot say');
    expect(await stateOf(keyturn, request)).toBe('pending');
  });

  it('takes nobody of the group who belongs to no person of the policy', async () => {
    const { keyturn, face, slack } = await withGroup(mode, ['U02', 'U10']);
    const request = await submit(keyturn);
    await face.card('bob', request.number);
    const card = slack.messages('#approvals')[0];
    if (card === undefined) throw new Error('there is no card');
    await slack.person('U10').click(card, 'Approve');
    expect(await stateOf(keyturn, request)).toBe('pending');
  });
});
