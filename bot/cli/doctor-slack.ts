import type { PolicyFile } from '../policy-file/schema.ts';
import { plainAnswer } from '../slack/answer-blocks.ts';
import { probeAppToken, probeBotToken } from '../slack/check-up.ts';
import { directChannel } from '../slack/files.ts';
import { createPace } from '../slack/pace.ts';
import { sampleBlocks } from '../slack/sample-card.ts';
import { SlackUser } from '../slack/schema.ts';
import type { SlackSettings } from '../slack/settings.ts';
import { type Called, type SlackApi, slackApi } from '../slack/web-api.ts';
import { type Finding, fine, note, wrong } from './finding.ts';

/** Slack's signatures hold for five minutes; what is off by half of that will be off by all of it. */
const MOST_SKEW_S = 120;
const MOST_PEOPLE = 25;
const INSTALL = 'Install the app again from manifest/slack.json: see .github/docs/slack.md';

export interface Examined {
  readonly settings: SlackSettings;
  readonly file: PolicyFile;
  /** The person who gets the sample, by their key. */
  readonly person: string | null;
}

/** Everything about Slack that can be found out without reading what anybody wrote there. */
export async function* examineSlack({ settings, file, person }: Examined): AsyncGenerator<Finding> {
  const probed = await probeBotToken(settings, Date.now);
  if (typeof probed === 'string') {
    yield wrong(`Slack does not take SLACK_BOT_TOKEN: ${probed}`, INSTALL);
    return;
  }
  yield fine(`Slack: ${probed.bot} in ${probed.team} (${probed.teamId})`);
  yield probed.missing.length === 0
    ? fine('no scope is missing')
    : wrong(`scopes are missing: ${probed.missing.join(', ')}`, INSTALL);
  yield probed.superfluous.length === 0
    ? fine('no scope is superfluous')
    : wrong(
        `scopes that Keyturn does not need: ${probed.superfluous.join(', ')}`,
        'Take them away under OAuth & Permissions, and install the app again.',
      );
  yield Math.abs(probed.skewSeconds) <= MOST_SKEW_S
    ? fine(`the clock is ${probed.skewSeconds} s from Slack's`)
    : wrong(
        `the clock is ${probed.skewSeconds} s from Slack's`,
        'Set it by NTP: signatures older or newer than 300 s are refused.',
      );
  yield await modeOf(settings);
  const api = slackApi({
    token: settings.botToken,
    apiUrl: settings.apiUrl,
    pace: createPace(() => performance.now()),
  });
  yield* examinePeople(api, file, probed.teamId);
  yield* examineGroups(api, file);
  yield* examinePlaces(api, file, person, probed.teamId);
}

async function modeOf({ mode, apiUrl }: SlackSettings): Promise<Finding> {
  if ('signingSecret' in mode)
    return note(
      'HTTP mode: Slack must reach /slack/events',
      'Slack says under Event Subscriptions whether it does.',
    );
  const why = await probeAppToken(mode.appToken, apiUrl);
  return why === null
    ? fine('Socket Mode: SLACK_APP_TOKEN opens a connection')
    : wrong(
        `Socket Mode: Slack does not take SLACK_APP_TOKEN: ${why}`,
        'Make an app-level token with the scope connections:write.',
      );
}

/** Everybody whom the policy knows by a Slack account is asked for, as far as that goes quickly. */
async function* examinePeople(api: SlackApi, file: PolicyFile, team: string): AsyncGenerator<Finding> {
  const accounts = Object.entries(file.people).flatMap(([key, { accounts: one }]) =>
    one.slack === undefined ? [] : [{ key, account: one.slack }],
  );
  let good = 0;
  for (const { key, account } of accounts.slice(0, MOST_PEOPLE)) {
    const [home, user = ''] = account.split('/');
    if (home !== team) {
      yield wrong(`${key}: ${account} is of another workspace than ${team}: they can decide nothing`);
      continue;
    }
    const said = await api.call('users.info', { user }).catch(() => null);
    const found = said?.ok === true ? SlackUser.safeParse(said.data['user']) : null;
    if (found?.success !== true) yield wrong(`${key}: Slack knows no ${account}: ${errorOf(said)}`);
    else if (found.data.deleted) yield wrong(`${key}: ${account} is deactivated`);
    else if (found.data.is_restricted || found.data.is_ultra_restricted)
      yield wrong(`${key}: ${account} is a guest: they can decide nothing`);
    else if (found.data.is_bot) yield wrong(`${key}: ${account} is a bot`);
    else good += 1;
  }
  yield fine(`${good} of ${accounts.length} Slack accounts of people are as they must be`);
  if (accounts.length > MOST_PEOPLE) yield note(`only the first ${MOST_PEOPLE} were looked at`);
}

async function* examineGroups(api: SlackApi, file: PolicyFile): AsyncGenerator<Finding> {
  for (const [name, { slack_usergroup: id }] of Object.entries(file.groups)) {
    if (id === undefined) continue;
    const said = await api.call('usergroups.users.list', { usergroup: id }).catch(() => null);
    yield said?.ok === true && Array.isArray(said.data['users'])
      ? fine(`group ${name}: user group ${id} has ${said.data['users'].length} members`)
      : wrong(`group ${name}: Slack does not say who is in ${id}: ${errorOf(said)}`);
  }
}

/** A message that only one person sees tells whether the app is in a channel, without the right to read it. */
async function* examinePlaces(
  api: SlackApi,
  file: PolicyFile,
  person: string | null,
  team: string,
): AsyncGenerator<Finding> {
  const channels = channelsOf(file);
  if (person === null) {
    yield note(
      `not looked at: whether the app is in ${channels.join(', ') || 'any channel'}`,
      'keyturn doctor --person KEY sends that person a sample card, and looks.',
    );
    return;
  }
  const [home, user] = file.people[person]?.accounts.slack?.split('/') ?? [];
  if (user === undefined || home !== team) {
    yield wrong(`${person} has no Slack account of this workspace in the policy`);
    return;
  }
  const hello = plainAnswer('Keyturn', 'keyturn doctor: I am in this channel. Only you see this.');
  for (const channel of channels) {
    const said = await api
      .call('chat.postEphemeral', { channel, user, text: hello.text, blocks: hello.blocks })
      .catch(() => null);
    if (said?.ok === true) yield fine(`the app is in ${channel}`);
    else if (errorOf(said) === 'user_not_in_channel')
      yield note(`${channel}: ${person} is not in it, so nothing was sent there`, 'Name somebody who is.');
    else yield wrong(`${channel}: ${errorOf(said)}`, `In that channel, type /invite @Keyturn`);
  }
  yield await sendSample(api, person, user);
}

async function sendSample(api: SlackApi, person: string, user: string): Promise<Finding> {
  const channel = await directChannel(api, user).catch(() => null);
  const text = 'A sample card from keyturn doctor';
  const said =
    channel === null
      ? null
      : await api
          .call('chat.postMessage', {
            channel,
            text,
            blocks: sampleBlocks(),
            unfurl_links: false,
            unfurl_media: false,
          })
          .catch(() => null);
  return said?.ok === true
    ? fine(`a sample card is in the direct messages of ${person}`)
    : wrong(`no sample card for ${person}: ${errorOf(said)}`);
}

function channelsOf(file: PolicyFile): readonly string[] {
  const places = [
    ...Object.values(file.plans).map(({ notify }) => notify.slack),
    ...file.break_glass.map(({ notify }) => notify.slack),
    file.security_notices?.slack,
  ];
  return [...new Set(places.filter((place) => place !== undefined))];
}

function errorOf(said: Called | null): string {
  if (said === null || said.ok) return 'no answer';
  return 'error' in said ? said.error : 'Slack asks for time';
}
