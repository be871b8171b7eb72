import { expect, it } from 'vitest';
import { aVisitor, startRoom } from '../bot/room/visitor.ts';
import { anExecuting, readLog, report } from '../connectors/api/world.ts';
import { unpack, verifierKey, verifyAlone } from '../helpers/bundle.ts';
import type { FakeSlack } from '../helpers/fake-slack/fake-slack.ts';
import { SLACK_MODES, type SlackMode, type SlackWorkshop, startWithSlack } from '../helpers/start-slack.ts';
import { told } from './slack-world.ts';

const CAROL = 'U03';
const BOB = 'U02';
const EVERYWHERE = ['/audit', '/keyturn', 'mention'] as const;

async function aRecord(mode: SlackMode): Promise<SlackWorkshop> {
  const workshop = await startWithSlack(mode, {}, { speed: 20 });
  await report(workshop.keyturn, await anExecuting(workshop.keyturn));
  return workshop;
}

function ask(slack: FakeSlack, user: string, line: 'export' | 'verify', how: (typeof EVERYWHERE)[number]) {
  const person = slack.person(user);
  if (how === 'mention') return person.mention(`audit ${line}`);
  return how === '/audit' ? person.command(how, line) : person.command(how, `audit ${line}`);
}

/** Every file that stands anywhere in Slack, and in which channel. */
function filesIn(slack: FakeSlack) {
  return slack.world.messages.flatMap(({ channel, files }) => files.map((file) => ({ channel, file })));
}

it.each(SLACK_MODES)(
  'row 26: by %s, the bundle reaches the auditor alone, as a file that verifies itself',
  async (mode) => {
    const { slack, keyturn } = await aRecord(mode);
    await ask(slack, CAROL, 'export', '/audit');
    expect(await told(slack, CAROL, 'direct messages')).toContain('.tar.gz');
    const [sent, ...more] = filesIn(slack);
    expect(more).toEqual([]);
    expect(sent?.channel).toBe(slack.world.direct(CAROL).id);
    expect(slack.world.channels.get(sent?.channel ?? '')?.members).toEqual(new Set([CAROL, 'U0BOT']));
    expect(sent?.file.name).toMatch(/^audit-test_log-1-0-\d+\.tar\.gz$/);
    const bundle = unpack(sent?.file.bytes ?? Buffer.alloc(0));
    const verified = verifyAlone(bundle, '--key', verifierKey(keyturn), '--json');
    expect(JSON.parse(verified.out)).toMatchObject({ ok: true, requests: 1, problem: null });
    // Nobody else was told anything of it, in public or alone.
    expect(slack.world.ephemerals.filter(({ to }) => to !== CAROL)).toEqual([]);
    const [entry] = (await readLog(keyturn)).filter(({ type }) => type === 'audit.exported');
    expect(entry).toMatchObject({
      actor: { kind: 'person', via: 'slack', roles: expect.arrayContaining(['auditor']) },
    });
  },
  60_000,
);

it.each(EVERYWHERE)(
  'row 26: who is no auditor gets nothing by %s, is told so, and stands in the log',
  async (how) => {
    const { slack, keyturn } = await aRecord('http');
    for (const line of ['export', 'verify'] as const) {
      await ask(slack, BOB, line, how);
      await told(slack, BOB, `audit ${line} is for auditors`);
    }
    expect(filesIn(slack)).toEqual([]);
    expect(slack.calls.filter(({ method }) => method.startsWith('files.'))).toEqual([]);
    const log = await readLog(keyturn);
    expect(log.filter(({ type }) => type === 'audit.exported')).toEqual([]);
    const refused = log
      .filter(({ type }) => type === 'client.refused')
      .map(({ actor, data }) => [actor.via, data.call, data.code]);
    expect(refused).toEqual([
      ['slack', 'audit export', 'FORBIDDEN'],
      ['slack', 'audit verify', 'FORBIDDEN'],
    ]);
  },
  60_000,
);

it('row 26: a guest, and an account of nobody, get nothing either', async () => {
  const { slack } = await aRecord('http');
  for (const user of ['U11', 'U10', 'U14']) await ask(slack, user, 'export', '/keyturn');
  expect(filesIn(slack)).toEqual([]);
}, 60_000);

it('row 26: what Slack does not take is said, and leaves no file behind', async () => {
  const { slack } = await aRecord('http');
  slack.faults.plan('error-500', /^files\.completeUploadExternal$/, 1);
  await ask(slack, CAROL, 'export', '/audit');
  await told(slack, CAROL, 'could not be sent');
  expect(filesIn(slack)).toEqual([]);
  await ask(slack, CAROL, 'export', '/audit');
  await told(slack, CAROL, 'direct messages');
  expect(filesIn(slack)).toHaveLength(1);
}, 60_000);

it('row 26: in the room the auditor gets the bundle, and nobody else does', async () => {
  const keyturn = await startRoom();
  await report(keyturn, await anExecuting(keyturn));
  const bob = await (await aVisitor(keyturn, 'bob')).post('command', { line: 'audit export' });
  expect(bob.body).toMatchObject({ kind: 'text', ok: false });
  expect(bob.text).not.toContain('base64');
  const carol = await (await aVisitor(keyturn, 'carol')).post('command', { line: 'audit export' });
  expect(carol.body).toMatchObject({ kind: 'file', mediaType: 'application/gzip' });
  const bundle = unpack(Buffer.from(carol.body.base64, 'base64'));
  const verified = verifyAlone(bundle, '--key', verifierKey(keyturn), '--json');
  expect(JSON.parse(verified.out)).toMatchObject({ ok: true, requests: 1 });
});
