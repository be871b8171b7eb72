import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../bot/core/plan.ts';
import { plan, type RulebookChanges } from '../../helpers/rulebook.ts';
import { startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';
import { comment, type Held, HOUR, MINUTE, readLog, review, seeAndApprove, submit } from './world.ts';

const withPlan = (changes: Partial<Plan>): RulebookChanges => ({
  rules: [],
  default: { effect: 'require', plan: plan('one-key', [['dba', 1]], { expiresAfterMs: HOUR, ...changes }) },
});
const firm = (changes: Partial<Plan>) => startKeyturn(withPlan(changes));

/** Minutes after the submission at which each reminder was due and was recorded, and whom else it called. */
async function reminded(keyturn: TestKeyturn, { id }: Pick<Held, 'id'>) {
  const log = await readLog(keyturn);
  const of = log.filter(({ subject }) => subject?.request === id) as ((typeof log)[number] & {
    ts: string;
  })[];
  const began = Date.parse(of[0]?.ts ?? '');
  const minutes = (time: string) => (Date.parse(time) - began) / MINUTE;
  return of
    .filter(({ type }) => type === 'reminder.sent')
    .map(({ ts, data, actor }) => [minutes(data.due_at), minutes(ts), data.groups.join(), actor.kind]);
}

async function pass(keyturn: TestKeyturn, minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    keyturn.clock.advance(MINUTE);
    await keyturn.get('carol', '/v1/requests');
  }
}

describe('a reminder', () => {
  it('is recorded once at half of the time and once so long before the end', async () => {
    const keyturn = await firm({ remind: ['half', 5 * MINUTE, 20 * MINUTE] });
    const request = await submit(keyturn);
    await pass(keyturn, 61);
    expect(await reminded(keyturn, request)).toEqual([
      [30, 30, '', 'keyturn'],
      [40, 40, '', 'keyturn'],
      [55, 55, '', 'keyturn'],
    ]);
  });

  it('goes by the time that this request has, and leaves out what would come before it', async () => {
    const keyturn = await firm({ remind: ['half', 5 * MINUTE, 20 * MINUTE] });
    const request = await submit(keyturn, { expires_in: 600 });
    await pass(keyturn, 11);
    // Half of ten minutes and five before the end are the same moment: once.
    expect(await reminded(keyturn, request)).toEqual([[5, 5, '', 'keyturn']]);
  });

  it.each(['approve', 'reject', 'flag'] as const)('is not sent after an %s', async (verdict) => {
    const keyturn = await firm({ remind: ['half'] });
    const request = await submit(keyturn);
    if (verdict === 'approve') await seeAndApprove(keyturn, 'bob', request);
    else await review(keyturn, 'bob', request, verdict);
    await pass(keyturn, 35);
    expect(await reminded(keyturn, request)).toEqual([]);
  });

  it('that came due while the request was flagged is sent when it waits again', async () => {
    const keyturn = await firm({ remind: ['half'] });
    const request = await submit(keyturn);
    await review(keyturn, 'bob', request, 'flag');
    await pass(keyturn, 35);
    await comment(keyturn, 'dora', 'clear', request);
    await pass(keyturn, 10);
    expect(await reminded(keyturn, request)).toEqual([[30, 36, '', 'keyturn']]);
  });

  it('is recorded within a second by the sweeper, without anybody asking', async () => {
    const keyturn = await firm({ remind: ['half'] });
    const request = await submit(keyturn);
    keyturn.clock.advance(30 * MINUTE);
    const began = performance.now();
    const { committed } = keyturn.keyturn.context.store;
    const isRecorded = () =>
      committed.entriesOf(request.id, 0, 9).some(({ type }) => type === 'reminder.sent');
    while (!isRecorded() && performance.now() - began < 5_000)
      await new Promise((done) => setTimeout(done, 20));
    expect(isRecorded()).toBe(true);
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('survives a restart: each once, and at once where its time passed meanwhile', async () => {
    const keyturn = await firm({
      remind: ['half', 5 * MINUTE],
      escalate: [{ afterMs: 40 * MINUTE, notify: ['security'] }],
    });
    const request = await submit(keyturn);
    await pass(keyturn, 31);
    await keyturn.stop();
    keyturn.clock.advance(25 * MINUTE);
    const after = await keyturn.restart();
    await pass(after, 1);
    const again = await after.restart();
    await pass(again, 1);
    expect(await reminded(again, request)).toEqual([
      [30, 30, '', 'keyturn'],
      [40, 57, 'security', 'keyturn'],
      [55, 57, '', 'keyturn'],
    ]);
  });

  it('is not sent at all where the request expired meanwhile', async () => {
    const keyturn = await firm({ remind: ['half'] });
    const request = await submit(keyturn);
    await keyturn.stop();
    keyturn.clock.advance(HOUR);
    const after = await keyturn.restart();
    await pass(after, 1);
    expect(await reminded(after, request)).toEqual([]);
  });
});

describe('an escalation', () => {
  it('names the groups that are told as well, and lets none of them vote', async () => {
    const keyturn = await firm({ escalate: [{ afterMs: 20 * MINUTE, notify: ['security', 'managers'] }] });
    const request = await submit(keyturn);
    await pass(keyturn, 21);
    expect(await reminded(keyturn, request)).toEqual([[20, 20, 'security,managers', 'keyturn']]);
    expect((await seeAndApprove(keyturn, 'carol', request)).body).toMatchObject({ code: 'NOT_ELIGIBLE' });
    expect((await keyturn.get('bob', `/v1/requests/${request.id}`)).body.seats).toEqual([
      { from: ['dba'], count: 1, filled_by: [] },
    ]);
  });
});

describe('a later policy', () => {
  it('adds its reminders to those that were planned, and moves them up where it shortens the time', async () => {
    const keyturn = await firm({ remind: ['half'] });
    const request = await submit(keyturn);
    await pass(keyturn, 10);
    await keyturn.reload({
      version: '2',
      ...withPlan({
        expiresAfterMs: 40 * MINUTE,
        remind: [5 * MINUTE],
        escalate: [{ afterMs: 15 * MINUTE, notify: ['security'] }],
      }),
    });
    await pass(keyturn, 31);
    expect((await reminded(keyturn, request)).map(([due]) => due)).toEqual([15, 20, 35]);
  });

  it('does not send again what was sent under the one before', async () => {
    const keyturn = await firm({ remind: ['half'] });
    const request = await submit(keyturn);
    await pass(keyturn, 31);
    await keyturn.reload({ version: '2', ...withPlan({ remind: ['half'], expiresAfterMs: 50 * MINUTE }) });
    await pass(keyturn, 15);
    expect((await reminded(keyturn, request)).map(([due]) => due)).toEqual([30]);
  });
});
