import webApi from '@slack/web-api';
import { onTestFinished } from 'vitest';
import { type FakeSlack, startFakeSlack } from './fake-slack.ts';
import type { Fields } from './shapes.ts';

const QUIET = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  setLevel: () => {},
  getLevel: () => webApi.LogLevel.ERROR,
  setName: () => {},
};

/** A fake Slack that ends with the test. */
export async function aFakeSlack(now?: () => number): Promise<FakeSlack> {
  const slack = await startFakeSlack(now);
  onTestFinished(() => slack.stop());
  return slack;
}

/** Slack's own client, which neither waits nor tries again. */
export function clientOf(slack: FakeSlack, token = slack.credentials.botToken) {
  return new webApi.WebClient(token, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: QUIET,
  });
}

/** Calls a method and gives back what Slack said, also when it said no. */
export async function say(slack: FakeSlack, method: string, args: Fields, token?: string): Promise<Fields> {
  try {
    return { ...(await clientOf(slack, token).apiCall(method, { ...args })) };
  } catch (cause) {
    if (cause instanceof webApi.WebAPIPlatformError) return { ...cause.data };
    throw cause;
  }
}

export const plain = (text: string): Fields => ({ type: 'plain_text', text });
export const mrkdwn = (text: string): Fields => ({ type: 'mrkdwn', text });
export const section = (text: string): Fields => ({ type: 'section', text: mrkdwn(text) });
export const button = (more: Fields = {}): Fields => ({
  type: 'button',
  action_id: 'a',
  text: plain('Go'),
  ...more,
});
export const literal = (text: string): Fields => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text }] }],
});
