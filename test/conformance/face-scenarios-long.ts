import { expect, it } from 'vitest';
import { HOUR, MINUTE } from '../connectors/api/world.ts';
import { run, type StartWorld, stateOf, submit } from './face-world.ts';

/** What happens to a request after its card stands there: flags, time, races, restarts, withdrawals. */
export function lastings(start: StartWorld): void {
  it('freezes the requester with a flag, and lets only a button of who may clear take it back', async () => {
    const world = await start();
    const [flagged, other] = [await submit(world), await submit(world, { action: 'db.vacuum' })];
    await world.face.card('bob', other.number);
    const answer = await world.face.clickWithReason('bob', flagged.number, 'Flag', 'looks odd');
    expect(answer.text).toContain('agent is frozen');
    const card = await world.face.card('carol', flagged.number, /Flagged by bob at .*: looks odd/);
    expect(card.buttons).toEqual(['Clear', 'Reject', 'View full payload']);
    await world.face.card('carol', other.number, 'another request of this requester was flagged');
    // Typed text alone clears nothing: it opens the form.
    expect((await world.face.type('carol', `clear ${flagged.number}`)).buttons).toEqual(['Clear']);
    expect(await stateOf(world, flagged)).toBe('flagged');
    expect((await world.face.type('bob', `clear ${flagged.number}`, { comment: 'fine' })).text).toContain(
      'not one of the people',
    );
    const cleared = await world.face.type('carol', `clear ${flagged.number}`, {
      comment: 'I asked, it is fine',
      freeze: 'lift',
    });
    expect(cleared.text).toMatch(/You cleared[\s\S]*may ask again/);
    expect((await world.face.card('bob', flagged.number, 'Approval needed')).buttons).toContain('Approve');
    await world.face.thread('bob', flagged.number, 'carol cleared it');
    expect((await world.face.card('bob', other.number)).title).toContain('Flagged');
  });

  it('takes the buttons away when the time is over, and says so to a late click', async () => {
    const world = await start();
    const request = await submit(world);
    await world.face.card('bob', request.number);
    world.keyturn().clock.advance(30 * MINUTE);
    const card = await world.face.card('bob', request.number, 'Nobody decided in time');
    expect(card.buttons).toEqual([]);
    const late = await world.face.clickLate('bob', request.number, 'Approve');
    expect(late.text).toMatch(/time for this request is over[\s\S]*expired at/);
  });

  it('tells a late click who decided, when and why', async () => {
    const world = await start();
    const request = await submit(world);
    await world.face.card('dora', request.number);
    await world.face.clickWithReason('bob', request.number, 'Reject', 'not today');
    await world.face.card('dora', request.number, 'Rejected');
    const late = await world.face.clickLate('dora', request.number, 'Approve');
    expect(late.text).toMatch(/decided already[\s\S]*Rejected by bob at 2026-11-22 .*: not today/);
    expect(await stateOf(world, request)).toBe('rejected');
  });

  it('lets the first of two people win, and tells the other who it was', async () => {
    const world = await start();
    const request = await submit(world);
    await world.face.card('dora', request.number);
    const answers = await Promise.all([
      world.face.click('bob', request.number, 'Approve'),
      world.face.clickWithReason('dora', request.number, 'Reject', 'no'),
    ]);
    const texts = answers.map(({ text }) => text);
    expect(texts.filter((text) => /^You (approved|rejected)/.test(text))).toHaveLength(1);
    const loser = texts.find((text) => !/^You (approved|rejected)/.test(text));
    expect(loser).toMatch(/decided already[\s\S]*(Approved by bob|Rejected by dora)/);
  });

  it('knows its cards after a restart: they can be clicked, and are made true', async () => {
    const world = await start();
    const [first, second] = [await submit(world), await submit(world, { action: 'db.vacuum' })];
    await world.face.card('bob', first.number);
    await world.face.card('bob', second.number);
    await world.restart();
    await world.face.click('bob', first.number, 'Approve');
    expect((await world.face.card('carol', first.number, 'Approved by bob')).buttons).toEqual([]);
    await world.keyturn().post('agent', `/v1/requests/${second.id}/cancel`);
    expect((await world.face.card('bob', second.number, 'Cancelled by agent')).buttons).toEqual([]);
    for (const { number } of [first, second]) expect(await world.face.copies(number)).toBe(1);
  });

  it('tells the human behind the request, alone, how it went', async () => {
    const world = await start();
    const request = await submit(world, { on_behalf_of: 'eve' });
    await world.face.clickWithReason('bob', request.number, 'Reject', 'ask me first');
    const told = await world.face.direct('eve', 'ask me first');
    expect(told).toContain(`Request ${request.number}`);
    expect(told).toContain('Rejected by bob');
  });

  it('lets an approval be revoked before it is used, and a run be stopped', async () => {
    const world = await start();
    const unused = await submit(world);
    await world.face.click('bob', unused.number, 'Approve');
    const revoked = await world.face.type('dora', `revoke ${unused.number} the window moved`);
    expect(revoked.text).toContain('You revoked');
    await world.face.card('alice', unused.number, /Revoked by dora at .*: the window moved/);

    const running = await submit(world, { action: 'db.vacuum' });
    await world.face.click('bob', running.number, 'Approve');
    const report = await run(world, running);
    expect((await world.face.type('alice', `stop ${running.number}`)).text).toContain('You asked to stop');
    await world.face.thread('bob', running.number, 'alice asked it to stop');
    await report({ status: 'failed', exit_code: 143, detail: 'terminated' });
    await world.face.card('bob', running.number, 'It failed with exit code 143');
  });

  it('lets a person settle what nobody could tell', async () => {
    const world = await start();
    const request = await submit(world);
    await world.face.click('bob', request.number, 'Approve');
    await run(world, request);
    world.keyturn().clock.advance(HOUR);
    await world.face.card('bob', request.number, 'A person must say how it ended');
    const refused = await world.face.type('alice', `settle ${request.number} succeeded I saw it`);
    expect(refused.text).toContain('You cannot decide');
    await world.face.type('bob', `settle ${request.number} failed the table is gone`);
    await world.face.card('alice', request.number, /Settled as failed by bob at .*: the table is gone/);
  });

  it('approves and clears by no typed text, whatever follows it', async () => {
    const world = await start();
    const request = await submit(world);
    const answer = await world.face.type('bob', `approve ${request.number}`);
    expect(answer.buttons).toContain('Approve');
    for (const line of [`approve ${request.number} lgtm`, 'lgtm', '👍', `approved ${request.number}`]) {
      expect((await world.face.type('bob', line)).text).not.toMatch(/^You approved/);
    }
    expect(await stateOf(world, request)).toBe('pending');
  });

  it('lists what waits for the one who asks, soonest expiry first', async () => {
    const world = await start();
    const [later, sooner] = [
      await submit(world, { expires_in: 1500 }),
      await submit(world, { action: 'db.vacuum', expires_in: 600 }),
    ];
    const { text } = await world.face.type('bob', 'list');
    expect(text).toMatch(new RegExp(`${sooner.number} · [\\s\\S]*${later.number} · `));
    expect((await world.face.type('carol', 'list')).text).toContain('Nothing waits for you');
    expect((await world.face.type('alice', 'list mine')).text).toContain(`${later.number} · `);
    expect((await world.face.type('bob', `who ${later.number}`)).text).toMatch(
      /dba 0\/1: .*bob[\s\S]*alice \(owner/,
    );
  });
}

/** Many requests at once: nobody can read as many cards. */
export function flood(start: StartWorld): void {
  it('turns a flood into one digest that stays true, and keeps the card of who asks little', async () => {
    const limits = { openPerRequester: 'unlimited', newPerMinute: 'unlimited' } as const;
    const world = await start({ limits });
    const asked: { number: number; id: string }[] = [];
    for (let index = 0; index < 32; index += 1) {
      asked.push(await submit(world, { payload: { kind: 'sql', statement: `SELECT ${index}` } }));
    }
    const digest = await world.face.digest('bob', '12 requests came at once');
    expect(digest.buttons).toEqual(['Show next']);
    const other = await world.keyturn().post('ci', '/v1/requests', {
      action: 'db.vacuum',
      target: { system: 'postgres', environment: 'prod', resource: 'orders' },
      reason: 'nightly',
      payload: { kind: 'sql', statement: 'VACUUM' },
    });
    await world.face.card('bob', other.body.number, 'nightly');

    const next = await world.face.showNext('bob');
    expect(next.text).toContain('SELECT 20');
    const [, , gathered] = asked.slice(19);
    if (gathered === undefined) throw new Error('nothing was gathered');
    expect(await world.face.copies(gathered.number)).toBe(0);
    await world.face.type('bob', `reject ${gathered.number} too many`);
    await world.face.digest('bob', '11 pending, 1 rejected');
    expect(await stateOf(world, gathered)).toBe('rejected');
  });
}
