import { describe, expect, it } from 'vitest';
import type { PersonId } from '../../../bot/core/request.ts';
import { compileRulebook } from '../../../bot/policy-file/compile.ts';
import { readPolicyFile } from '../../../bot/policy-file/read.ts';
import { changed, problemsOf, SOUND } from './sound-policy.ts';

const notify = (value: string) => changed(['    expires_after: 45m', `    notify: { slack: ${value} }`]);

describe('Slack in the policy file', () => {
  it.each(['"#approvals"', '"#db_approvals-2"', '"#genehmigungen-größe"', 'C0123ABC', 'G0123ABC'])(
    'takes the channel %s',
    (channel) => {
      expect(problemsOf(notify(channel))).toEqual([]);
    },
  );

  it.each([
    'approvals',
    '"#"',
    '"#Approvals"',
    '"#a b"',
    '"#<!here>"',
    '"@bob"',
    'D0123',
    `"#${'x'.repeat(81)}"`,
    '7',
  ])('refuses %s as a channel, with its line', (channel) => {
    expect(problemsOf(notify(channel))).toMatchObject([{ path: 'plans.two-keys.notify.slack' }]);
  });

  it('shows a request in the channel that its plan names, and in the room unless that is off', () => {
    const placesOf = (value: string) => {
      const read = readPolicyFile(changed(['    expires_after: 45m', `    notify: { ${value} }`]));
      if (!read.ok) throw new Error(JSON.stringify(read.problems));
      const { policy } = compileRulebook(read.file, (key) => key as PersonId, new Map());
      return policy.rules.find(({ plan }) => plan?.id === 'two-keys')?.plan?.notify;
    };
    expect(placesOf('slack: "#a"')).toEqual(['room', 'slack:#a']);
    expect(placesOf('slack: "#a", room: false')).toEqual(['slack:#a']);
  });

  it('knows a group that Slack keeps as well, and does not judge how many are in it', () => {
    const text = changed(['members: [carol] }', 'members: [], slack_usergroup: S01 }']);
    expect(problemsOf(text)).toEqual([]);
    const read = readPolicyFile(text);
    if (!read.ok) throw new Error('it was sound');
    const rulebook = compileRulebook(read.file, (key) => key as PersonId, new Map());
    expect(rulebook.externalGroups.get('security')).toEqual([{ kind: 'slack_usergroup', id: 'S01' }]);
    // Until somebody was asked, nobody knows who is in it.
    expect(rulebook.unknownGroups.has('security')).toBe(true);
    expect(problemsOf(changed(['members: [carol] }', 'members: [], slack_usergroup: dba }']))).toHaveLength(
      1,
    );
  });

  it('takes a channel for security notices', () => {
    expect(problemsOf(`${SOUND}security_notices: { slack: "#security" }\n`)).toEqual([]);
  });
});
