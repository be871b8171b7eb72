import { expect, it } from 'vitest';
import { toPlace } from '../../bot/core/place.ts';
import { submit } from '../connectors/api/world.ts';
import { slackDriver } from '../helpers/slack-driver.ts';
import { startWithSlack } from '../helpers/start-slack.ts';

const CANARY = 'canary-7f3a-secret-value';

it('row 14: a withheld value and our own tokens reach neither Slack nor the log of the operator', async () => {
  const logged: string[] = [];
  const note = (message: string, fields = {}) => void logged.push(JSON.stringify([message, fields]));
  const logger = { info: note, warn: note, error: note };
  const workshop = await startWithSlack(
    'socket',
    { notify: [toPlace('slack', '#approvals')] },
    { speed: 20, ports: { logger } },
  );
  const { slack, keyturn } = workshop;
  const face = slackDriver(slack);
  const request = await submit(keyturn, {
    action: 'db.secret',
    reason: 'log-canary-reason',
    payload: { secret: CANARY, user: 'x' },
  });
  const card = await face.card('bob', request.number);
  expect(card.text).toContain('1 value is hidden');
  await face.click('bob', request.number, 'View full payload');
  // Trouble makes clients talk: each of these ends up in an error with the whole call in it.
  for (const fault of ['error-500', 'html', 'refused', 'not-ok'] as const) slack.faults.plan(fault, /./, 2);
  slack.socket.cutAll();
  await keyturn.post('agent', `/v1/requests/${request.id}/cancel`);
  await face.card('bob', request.number, 'Cancelled by agent');
  await workshop.restart();
  const out = JSON.stringify([
    slack.calls.map(({ args }) => args),
    slack.world.ephemerals,
    [...slack.views.open.values()],
  ]);
  expect(out).not.toContain(CANARY);
  expect(logged.length).toBeGreaterThan(0);
  const log = logged.join('\n');
  for (const secret of [
    CANARY,
    slack.credentials.botToken,
    slack.credentials.appToken,
    'log-canary-reason',
    'response/',
  ])
    expect(log).not.toContain(secret);
}, 40_000);
