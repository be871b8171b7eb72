import { KeyturnFault } from '../core/fault.ts';
import type { Path } from '../policy-file/problem.ts';
import type { PolicyFile } from '../policy-file/schema.ts';
import type { SlackSettings } from '../slack/settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * How to reach Slack, from the environment alone: none of it may stand in a file. Null when nothing
 * of it is set. Half of it, or a policy that names Slack channels without it, does not start.
 */
export function readSlackSettings(
  file: PolicyFile,
  env: Environment,
  /** Words for a problem at this place of the file. */
  at: (path: Path) => (message: string) => string,
): SlackSettings | null {
  const problems: string[] = [];
  const given = (name: string) => (env[name] === '' ? undefined : env[name]);
  const botToken = given('SLACK_BOT_TOKEN');
  const appToken = given('SLACK_APP_TOKEN');
  const signingSecret = given('SLACK_SIGNING_SECRET');
  if (botToken === undefined) {
    for (const name of ['SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET']) {
      if (given(name) !== undefined) problems.push(`${name} is set, and SLACK_BOT_TOKEN is not`);
    }
    for (const path of slackPlaces(file))
      problems.push(at(path)('names a Slack channel, and SLACK_BOT_TOKEN is not set: nobody would see it'));
  } else {
    if (!/^xoxb-[\x21-\x7e]{10,300}$/.test(botToken))
      problems.push('SLACK_BOT_TOKEN must be a bot token, which starts with xoxb-');
    if (appToken === undefined && signingSecret === undefined)
      problems.push(
        'SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP) must be set beside SLACK_BOT_TOKEN',
      );
    if (appToken !== undefined && signingSecret !== undefined)
      problems.push(
        'SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are both set: leave out the mode that you do not use',
      );
  }
  if (appToken !== undefined && !/^xapp-[\x21-\x7e]{10,300}$/.test(appToken))
    problems.push('SLACK_APP_TOKEN must be an app-level token, which starts with xapp-');
  if (signingSecret !== undefined && !/^[\x21-\x7e]{16,200}$/.test(signingSecret))
    problems.push('SLACK_SIGNING_SECRET is not a signing secret: it has 32 characters');
  const apiUrl = readApiUrl(given('SLACK_API_URL'), problems);
  if (problems.length > 0) throw new KeyturnFault('CONFIG_INVALID', problems.join('\n'));
  if (botToken === undefined) return null;
  const mode = appToken === undefined ? { signingSecret: signingSecret ?? '' } : { appToken };
  return { botToken, mode, apiUrl };
}

/** Where the policy sends somebody to Slack. */
function slackPlaces(file: PolicyFile): readonly Path[] {
  return [
    ...Object.entries(file.plans).flatMap(([id, { notify }]) =>
      notify.slack === undefined ? [] : [['plans', id, 'notify', 'slack']],
    ),
    ...file.break_glass.flatMap(({ notify }, index) =>
      notify.slack === undefined ? [] : [['break_glass', index, 'notify', 'slack']],
    ),
    ...(file.security_notices?.slack === undefined ? [] : [['security_notices', 'slack']]),
  ];
}

/** The token goes there, so it is Slack's own, or one on this machine. */
function readApiUrl(text: string | undefined, problems: string[]): string | null {
  if (text === undefined) return null;
  const loopback = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(:[0-9]{1,5})?\//.test(text);
  if (URL.canParse(text) && (text.startsWith('https://') || loopback)) return text;
  problems.push('SLACK_API_URL must be an https address, or one of this machine for tests');
  return null;
}
