import { describe, expect, it } from 'vitest';
import { storyOf, submit } from '../../connectors/api/world.ts';
import type { FakeSlack } from '../../helpers/fake-slack/fake-slack.ts';
import type { Fault } from '../../helpers/fake-slack/faults.ts';
import { readBlocks } from '../../helpers/fake-slack/read-blocks.ts';
import type { SlackMessage } from '../../helpers/fake-slack/world.ts';
import { slackDriver } from '../../helpers/slack-driver.ts';
import { SLACK_MODES, startWithSlack } from '../../helpers/start-slack.ts';

/** A minute passes in three seconds. */
const SPEED = 20;
const MINUTE_MS = 60_000;

interface Asked {
  readonly id: string;
  readonly number: number;
}

function cards(slack: FakeSlack): readonly SlackMessage[] {
  return slack.world.messages.filter((one) => one.metadata?.['event_type'] === 'keyturn_card');
}

function cardOf(slack: FakeSlack, { number }: Asked, says = ''): Promise<SlackMessage> {
  return slack.until(
    `a card of ${number} that says ${says}`,
    () =>
      cards(slack).find(({ blocks }) => {
        const { text } = readBlocks(blocks);
        return text.includes(`Request ${number} · rule`) && text.includes(says);
      }),
    25_000,
  );
}

const another = (index: number) => ({ payload: { kind: 'sql', statement: `SELECT ${index}` } });

describe.each(SLACK_MODES)('Slack in trouble (%s)', (mode) => {
  it.each<Fault>(['refused', 'error-500', 'html', 'not-ok'])(
    'is down for a minute (%s): decisions go on, and every card comes later, once, and true',
    async (fault) => {
      const { slack, keyturn, clock } = await startWithSlack(mode, {}, { speed: SPEED });
      slack.faults.plan(fault);
      slack.socket.cutAll();
      const down = clock.wall() + MINUTE_MS;
      const [first, second] = [await submit(keyturn, another(1)), await submit(keyturn, another(2))];
      await keyturn.post('bob', `/v1/requests/${first.id}/reviews`, {
        verdict: 'reject',
        action_digest: first.action_digest,
        comment: 'not now',
      });
      await new Promise((resolve) => setTimeout(resolve, (down - clock.wall()) / SPEED));
      expect(cards(slack)).toEqual([]);
      slack.faults.clear();
      await cardOf(slack, first, 'Rejected by bob');
      const card = await cardOf(slack, second);
      expect(cards(slack)).toHaveLength(2);
      if (mode === 'socket')
        await slack.until('a connection', () => (slack.socket.connections > 0 ? true : null), 20_000);
      expect(await slack.person('U02').click(card, 'Approve')).toMatchObject({ acked: true });
      await cardOf(slack, second, 'Approved by bob');
    },
    60_000,
  );

  it('asks for time (429 for a minute): it is given, and nothing is lost or doubled', async () => {
    const { slack, keyturn } = await startWithSlack(mode, {}, { speed: SPEED });
    slack.rates.stormFor(MINUTE_MS);
    const asked = [];
    for (let index = 0; index < 6; index += 1) asked.push(await submit(keyturn, another(index)));
    for (const one of asked) await cardOf(slack, one);
    expect(cards(slack)).toHaveLength(asked.length);
    // One call found out, and one more may have been under way. Whoever hammers is shut out for longer.
    const refused = slack.calls.filter(
      ({ answer, method }) => answer === 'ratelimited' && method !== 'apps.connections.open',
    );
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(4);
  }, 60_000);

  it('takes a message and loses the answer: the next try finds the same message', async () => {
    const { slack, keyturn } = await startWithSlack(mode, {}, { speed: SPEED });
    slack.faults.plan('lost', /chat\.postMessage/, 2);
    const request = await submit(keyturn);
    const card = await cardOf(slack, request);
    await slack.until('the tries to be over', () =>
      slack.calls.filter(({ method }) => method === 'chat.postMessage').length >= 4 ? true : null,
    );
    expect(cards(slack)).toHaveLength(1);
    await slack.person('U02').click(card, 'Approve');
    await cardOf(slack, request, 'Approved by bob');
  }, 30_000);

  it('stops in the middle and starts again: no card is missing and none is there twice', async () => {
    const workshop = await startWithSlack(mode, {}, { speed: SPEED });
    const { slack } = workshop;
    const asked: Asked[] = [];
    slack.faults.plan('lost', /chat\.postMessage/, 3);
    for (let index = 0; index < 5; index += 1) {
      asked.push(await submit(workshop.keyturn, another(index)));
      if (index % 2 === 1) await workshop.restart();
    }
    for (const one of asked) await cardOf(slack, one);
    expect(cards(slack)).toHaveLength(asked.length);
  }, 60_000);

  it('delivers a click twice at once, and once more after a restart: it counts once', async () => {
    const workshop = await startWithSlack(mode, {}, { speed: SPEED });
    const { slack } = workshop;
    const request = await submit(workshop.keyturn, { action: 'db.export' });
    const card = await cardOf(slack, request);
    const click = slack.person('U02').clickOf(card, 'Approve');
    const both = await Promise.all([slack.deliver(click), slack.deliver(click)]);
    expect(both).toMatchObject([{ acked: true }, { acked: true }]);
    await workshop.restart();
    expect(await slack.deliver(click)).toMatchObject({ acked: true });
    const story = await storyOf(workshop.keyturn, request);
    expect(story.filter((type) => type.startsWith('review.'))).toEqual(['review.recorded']);
    expect(slack.world.ephemerals.filter(({ to }) => to === 'U02')).toHaveLength(1);
  }, 30_000);

  it('brings back a flag that was sent before the request was cleared: it flags nothing again', async () => {
    const workshop = await startWithSlack(mode, {}, { speed: SPEED });
    const { slack, keyturn } = workshop;
    const request = await submit(keyturn);
    await cardOf(slack, request);
    const mention = slack.person('U02').mentionOf(`flag ${request.number} looks odd`);
    await slack.deliver(mention);
    const cleared = await keyturn.post('carol', `/v1/requests/${request.id}/clear`, {
      comment: 'it is fine',
    });
    expect(cleared.body).toMatchObject({ state: 'pending' });
    await workshop.restart();
    expect(await slack.deliver(mention, 1)).toMatchObject({ acked: true });
    expect((await workshop.keyturn.get('bob', `/v1/requests/${request.id}`)).body).toMatchObject({
      state: 'pending',
    });
  }, 30_000);

  it('gets its acks in another order than it sent: each is for its own click', async () => {
    const { slack, keyturn } = await startWithSlack(mode, {}, { speed: SPEED });
    const request = await submit(keyturn, { action: 'db.export' });
    const card = await cardOf(slack, request);
    const order: string[] = [];
    const click = async (user: string) => {
      const answered = await slack.person(user).click(card, 'Approve');
      order.push(user);
      return answered;
    };
    slack.faults.delay(/users\.info/, 700);
    const slow = click('U02');
    await slack.until('the slow one to be on its way', () => slack.faults.delayOf('users.info') || null);
    await new Promise((resolve) => setTimeout(resolve, 100));
    slack.faults.clear();
    // Mallory is refused at once; Bob's look-up still takes its time.
    const fast = await click('U01');
    expect([await slow, fast]).toMatchObject([{ acked: true }, { acked: true }]);
    expect(order).toEqual(['U01', 'U02']);
    const told = (user: string) =>
      slack.until(`an answer to ${user}`, () => slack.world.ephemerals.find(({ to }) => to === user)?.text);
    expect(await told('U02')).toContain('You approved');
    expect(await told('U01')).toContain('You cannot decide');
    expect(slack.socket.strayAcks).toEqual([]);
  }, 30_000);

  it('takes four seconds to say who somebody is: the click is acked in time and answered later', async () => {
    const { slack, keyturn } = await startWithSlack(mode);
    const request = await submit(keyturn);
    const card = await cardOf(slack, request);
    slack.faults.delay(/users\.info/, 4_000);
    const answered = await slack.person('U02').click(card, 'Approve');
    expect(answered).toMatchObject({ acked: true });
    expect(answered.ms).toBeLessThan(3_000);
    await cardOf(slack, request, 'Approved by bob');
  }, 30_000);

  it('says nothing of who somebody is: nothing is decided, and they are told so', async () => {
    const { slack, keyturn } = await startWithSlack(mode);
    const request = await submit(keyturn);
    const card = await cardOf(slack, request);
    slack.faults.plan('error-500', /users\.info/);
    const { text } = await slackDriver(slack).click('bob', request.number, 'Approve');
    expect(text).toContain('Slack cannot say who you are');
    expect(card.text).toContain('Approval needed');
    expect((await keyturn.get('bob', `/v1/requests/${request.id}`)).body).toMatchObject({ state: 'pending' });
  });
});

it('asks every connection to come anew (socket): the next click arrives over the new one', async () => {
  const { slack, keyturn } = await startWithSlack('socket');
  const request = await submit(keyturn);
  const card = await cardOf(slack, request);
  slack.socket.refresh();
  await slack.until('the old connection to end', () => (slack.socket.connections === 0 ? true : null));
  await slack.until('a new connection', () => (slack.socket.connections === 1 ? true : null));
  expect(await slack.person('U02').click(card, 'Approve')).toMatchObject({ acked: true });
  await cardOf(slack, request, 'Approved by bob');
}, 30_000);
