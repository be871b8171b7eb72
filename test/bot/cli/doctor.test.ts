import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { doctorCommand } from '../../../bot/cli/doctor.ts';
import { aFakeSlack } from '../../helpers/fake-slack/client.ts';
import { SCOPES } from '../../helpers/fake-slack/fake-slack.ts';
import { readBlocks } from '../../helpers/fake-slack/read-blocks.ts';
import { changed, SOUND } from '../policy-file/sound-policy.ts';
import { run } from './run-command.ts';

const POLICY = changed(['    expires_after: 45m', '    notify: { slack: "#approvals" }']);

/** An install in a folder of its own, beside a fake Slack. */
async function anInstall(text = POLICY, now?: () => number) {
  const slack = await aFakeSlack(now);
  const dir = mkdtempSync(join(tmpdir(), 'keyturn-doctor-'));
  const config = join(dir, 'keyturn.yaml');
  writeFileSync(config, text);
  vi.stubEnv('SLACK_BOT_TOKEN', slack.credentials.botToken);
  vi.stubEnv('SLACK_APP_TOKEN', slack.credentials.appToken);
  vi.stubEnv('SLACK_API_URL', slack.apiUrl);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(dir, { recursive: true, force: true });
  });
  const doctor = (...args: readonly string[]) => run(doctorCommand(), '--config', config, ...args);
  return { slack, doctor };
}

it('finds nothing wrong with a sound install, and sends one person a sample without a button', async () => {
  const { slack, doctor } = await anInstall();
  const { out, exitCode } = await doctor('--person', 'bob');
  expect(out).not.toContain('WRONG');
  for (const part of [
    'is a sound policy',
    'no scope is missing',
    'no scope is superfluous',
    'SLACK_APP_TOKEN opens',
    '3 of 3 Slack accounts',
    'the app is in #approvals',
    'direct messages of bob',
    'Nothing is wrong.',
  ])
    expect(out).toContain(part);
  expect(exitCode).toBe(0);
  const [sample] = slack.messages('D02');
  expect(readBlocks(sample?.blocks).buttons).toEqual([]);
  expect(slack.world.ephemerals.map(({ to, channel }) => [to, channel])).toEqual([['U02', 'C01']]);
});

it('names every scope that is missing and every one that is too much', async () => {
  const { slack, doctor } = await anInstall();
  slack.credentials.scopes = [
    ...SCOPES.filter((scope) => scope !== 'files:write'),
    'channels:history',
    'admin',
  ];
  const { out, exitCode } = await doctor();
  expect(out).toMatch(/WRONG scopes are missing: files:write/);
  expect(out).toMatch(/WRONG scopes that Keyturn does not need: channels:history, admin/);
  expect(exitCode).toBe(1);
});

it('names a clock that is off, a token that is not taken, and accounts that cannot decide', async () => {
  const { slack, doctor } = await anInstall(POLICY, () => Date.now() - 400_000);
  slack.world.changeUser('U01', { deleted: true });
  slack.world.changeUser('U02', { is_restricted: true });
  slack.world.users.delete('U03');
  const { out } = await doctor();
  expect(out).toMatch(/WRONG the clock is (39|40)\d s from Slack's/);
  expect(out).toContain('alice: T01/U01 is deactivated');
  expect(out).toContain('bob: T01/U02 is a guest');
  expect(out).toContain('carol: Slack knows no T01/U03: user_not_found');
  vi.stubEnv('SLACK_APP_TOKEN', 'xapp-another-token-0123');
  expect((await doctor()).out).toContain('does not take SLACK_APP_TOKEN: invalid_auth');
  vi.stubEnv('SLACK_BOT_TOKEN', 'xoxb-another-token-0123');
  const refused = await doctor();
  expect(refused.out).toContain('does not take SLACK_BOT_TOKEN: invalid_auth');
  expect(refused.out).not.toContain('another-token');
});

it('says in which channel the app is not, and what to type there', async () => {
  const { doctor } = await anInstall(
    changed(['    expires_after: 45m', '    notify: { slack: "#private" }']),
  );
  const { out } = await doctor('--person', 'bob');
  expect(out).toMatch(/WRONG #private: not_in_channel\n\s+In that channel, type \/invite @Keyturn/);
});

it('says of a user group how many are in it, or that Slack does not tell', async () => {
  const text = changed(['members: [carol] }', 'members: [carol], slack_usergroup: S01 }']);
  const { slack, doctor } = await anInstall(text);
  expect((await doctor()).out).toContain(
    'WRONG group security: Slack does not say who is in S01: no_such_subteam',
  );
  slack.world.userGroups.set('S01', ['U02', 'U03']);
  expect((await doctor()).out).toContain('group security: user group S01 has 2 members');
});

it('lists the problems of a policy that does not load, and asks nobody anything', async () => {
  const { slack, doctor } = await anInstall(`${SOUND}nonsense: 1\n`);
  const { out, exitCode } = await doctor();
  expect(out).toMatch(/WRONG .*keyturn\.yaml:\d+.*nonsense/);
  expect(exitCode).toBe(1);
  expect(slack.calls).toEqual([]);
});
