import { describe, expect, it } from 'vitest';
import { toConfiguration } from '../../../bot/cli/configuration.ts';
import { changed, SOUND } from '../policy-file/sound-policy.ts';

const BOT = { SLACK_BOT_TOKEN: 'xoxb-0123456789-abcdef' };
const APP = { SLACK_APP_TOKEN: 'xapp-0123456789-abcdef' };
const SECRET = { SLACK_SIGNING_SECRET: '0123456789abcdef0123456789abcdef' };

const read = (env: Record<string, string>, text = SOUND) => toConfiguration(text, 'keyturn.yaml', env).slack;

describe('the settings of Slack', () => {
  it('are nothing where nothing is set, also where it is set to nothing', () => {
    expect(read({})).toBeNull();
    expect(read({ SLACK_BOT_TOKEN: '', SLACK_APP_TOKEN: '', SLACK_SIGNING_SECRET: '' })).toBeNull();
  });

  it('are one of two modes', () => {
    expect(read({ ...BOT, ...APP })).toEqual({
      botToken: BOT.SLACK_BOT_TOKEN,
      mode: { appToken: APP.SLACK_APP_TOKEN },
      apiUrl: null,
    });
    expect(read({ ...BOT, ...SECRET })).toMatchObject({
      mode: { signingSecret: SECRET.SLACK_SIGNING_SECRET },
    });
  });

  it.each<readonly [string, Record<string, string>, RegExp]>([
    ['no way in', BOT, /SLACK_APP_TOKEN .* or SLACK_SIGNING_SECRET/],
    [
      'an empty signing secret',
      { ...BOT, SLACK_SIGNING_SECRET: '' },
      /SLACK_APP_TOKEN .* or SLACK_SIGNING_SECRET/,
    ],
    ['two ways in', { ...BOT, ...APP, ...SECRET }, /are both set/],
    ['no bot token beside a way in', APP, /SLACK_BOT_TOKEN is not/],
    ['no bot token beside a secret', SECRET, /SLACK_BOT_TOKEN is not/],
    [
      "the tokens in each other's place",
      { SLACK_BOT_TOKEN: APP.SLACK_APP_TOKEN, SLACK_APP_TOKEN: BOT.SLACK_BOT_TOKEN },
      /xoxb-[\s\S]*xapp-/,
    ],
    ['half a secret', { ...BOT, SLACK_SIGNING_SECRET: '0123' }, /32 characters/],
    [
      'another API over plain HTTP',
      { ...BOT, ...APP, SLACK_API_URL: 'http://slack.evil/api/' },
      /SLACK_API_URL/,
    ],
  ])('refuse to start with %s, and name the variable but never its value', (_what, env, words) => {
    expect(() => read(env)).toThrow(words);
    try {
      read(env);
    } catch (cause) {
      for (const value of Object.values(env).filter((one) => one.length > 8))
        expect(String(cause)).not.toContain(value);
    }
  });

  it.each<readonly [string, string, RegExp]>([
    [
      'a plan',
      changed(['    expires_after: 45m', '    notify: { slack: "#a" }']),
      /keyturn\.yaml:\d+.*plans\.two-keys\.notify\.slack.*SLACK_BOT_TOKEN/,
    ],
    [
      'security notices',
      `${SOUND}security_notices: { slack: "#s" }\n`,
      /security_notices\.slack.*SLACK_BOT_TOKEN/,
    ],
    [
      'a user group',
      changed(['members: [carol] }', 'members: [carol], slack_usergroup: S1 }']),
      /groups\.security\.slack_usergroup.*SLACK_BOT_TOKEN/,
    ],
  ])('refuse a policy in which %s needs Slack and no token is set, with its line', (_what, text, words) => {
    expect(() => read({}, text)).toThrow(words);
    expect(read({ ...BOT, ...APP }, text)).not.toBeNull();
  });
});
