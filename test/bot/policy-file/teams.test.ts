import { describe, expect, it } from 'vitest';
import type { PersonId } from '../../../bot/core/request.ts';
import { compileRulebook } from '../../../bot/policy-file/compile.ts';
import { readPolicyFile } from '../../../bot/policy-file/read.ts';
import { changed, problemsOf, SOUND } from './sound-policy.ts';

const id = 'cccccccc-0000-4000-8000-000000000001';
const notify = (value: string) => changed(['    expires_after: 45m', `    notify: { teams: ${value} }`]);

describe('Teams in the policy file', () => {
  it.each(['"19:a1_b-2.c@thread.tacv2"', '"19:a@thread.v2"', '"19:a@thread.skype"'])('takes %s', (place) => {
    expect(problemsOf(notify(place))).toEqual([]);
  });

  it.each([
    '"#approvals"',
    '"General"',
    '"19:@thread.tacv2"',
    '"19:a@thread.tacv2;messageid=1"',
    '"19:a/b@thread.tacv2"',
    '"a:1personal"',
    '"19:a@unq.gbl.spaces"',
    `"19:${'x'.repeat(121)}@thread.tacv2"`,
    '7',
  ])('refuses %s as a place, with its line', (place) => {
    expect(problemsOf(notify(place))).toMatchObject([{ path: 'plans.two-keys.notify.teams' }]);
  });

  it('shows a request in every place that its plan names', () => {
    const text = changed([
      '    expires_after: 45m',
      '    notify: { slack: "#a", teams: "19:a@thread.tacv2", room: false }',
    ]);
    const read = readPolicyFile(text);
    if (!read.ok) throw new Error(JSON.stringify(read.problems));
    const { policy } = compileRulebook(read.file, (key) => key as PersonId, new Map());
    expect(policy.rules.find(({ plan }) => plan?.id === 'two-keys')?.plan?.notify).toEqual([
      'slack:#a',
      'teams:19:a@thread.tacv2',
    ]);
  });

  it('takes a place for security notices', () => {
    expect(problemsOf(`${SOUND}security_notices: { teams: "19:a@thread.tacv2" }\n`)).toEqual([]);
  });

  it('knows a group that Entra keeps, also beside Slack, and does not judge how many are in it', () => {
    const compiled = (more: string) => {
      const text = changed(['members: [carol] }', `members: [], ${more} }`]);
      expect(problemsOf(text)).toEqual([]);
      const read = readPolicyFile(text);
      if (!read.ok) throw new Error('it was sound');
      return compileRulebook(read.file, (key) => key as PersonId, new Map());
    };
    const alone = compiled(`entra_group: ${id}`);
    expect(alone.externalGroups.get('security')).toEqual([{ kind: 'entra_group', id }]);
    expect(alone.unknownGroups.has('security')).toBe(true);
    expect(compiled(`slack_usergroup: S01, entra_group: ${id}`).externalGroups.get('security')).toEqual([
      { kind: 'slack_usergroup', id: 'S01' },
      { kind: 'entra_group', id },
    ]);
  });

  it.each(['dba', id.toUpperCase(), `"${id}/members"`])('refuses %s as a group of Entra', (text) => {
    expect(
      problemsOf(changed(['members: [carol] }', `members: [carol], entra_group: ${text} }`])),
    ).toMatchObject([{ path: 'groups.security.entra_group' }]);
  });
});
