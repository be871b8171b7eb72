import { expect, it } from 'vitest';
import { toPlace } from '../../../bot/core/place.ts';
import { EXPORT, glassRule, postReview, REASON, seeAndBreak } from '../../connectors/api/glass.ts';
import {
  anExecuting,
  comment,
  HOUR,
  MINUTE,
  post,
  report,
  review,
  seeAndApprove,
  submit,
} from '../../connectors/api/world.ts';
import { MemoryVendor, memoryMessenger } from '../../helpers/memory-face.ts';
import { plan, type RulebookChanges, rule, TWO_KEYS as TWO } from '../../helpers/rulebook.ts';
import { startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';
import { until } from '../../helpers/until.ts';

const POLICY = { notify: [toPlace('memory')] };

async function open(changes: RulebookChanges = {}) {
  const vendor = new MemoryVendor();
  const keyturn = await startKeyturn(
    { ...POLICY, ...changes },
    {
      ports: { faces: (context) => [memoryMessenger(context, vendor)] },
    },
  );
  return { vendor, keyturn };
}

/** The story under this request's card, once everything is told and nothing had to be given up. */
async function storyOf(vendor: MemoryVendor, { keyturn }: TestKeyturn, { id }: { readonly id: string }) {
  const { committed } = keyturn.context.store;
  await until(
    () => (committed.notices(1).length === 0 ? true : null),
    () => committed.notices(9),
  );
  expect(committed.entries(0, 900).filter(({ type }) => type === 'notification.failed')).toEqual([]);
  const [card] = vendor.messages.filter((one) => one.kind === 'card' && one.request === id);
  return vendor.messages.filter(({ under }) => under === card?.id).map(({ lines }) => lines.join(' '));
}

it('tells who was asked, each vote, the release and the end with the last lines of output', async () => {
  const { vendor, keyturn } = await open();
  const request = await anExecuting(keyturn);
  const detail = Array.from({ length: 40 }, (_none, line) => `line ${line}`).join('\n');
  await report(keyturn, request, { exit_code: 0, detail });
  const story = await storyOf(vendor, keyturn, request);
  expect(story).toEqual([
    'Asked: 1 of dba, until 2026-11-22 10:30 UTC. @dba',
    'bob approved.',
    'Approved. It must start before 2026-11-22 10:15 UTC.',
    'Released to agent at 2026-11-22 10:00 UTC.',
    expect.stringMatching(/^It succeeded with exit code 0 .* …\nline 28[\s\S]*line 39$/),
  ]);
});

it('calls on groups once, in the first line', async () => {
  const { vendor, keyturn } = await open();
  const request = await submit(keyturn, { action: 'db.export' });
  await seeAndApprove(keyturn, 'bob', request, { comment: 'ok @dba' });
  const story = await storyOf(vendor, keyturn, request);
  expect(story[0]).toMatch(/@dba @security$/);
  expect(story[1]).toBe('bob approved: ok @dba 1 of 2 so far.');
});

it('tells that the same was asked again, with the words of who joined', async () => {
  const { vendor, keyturn } = await open();
  const request = await submit(keyturn);
  await post(keyturn, 'agent', { reason: 'and once more\nApproved by bob.' });
  expect(await storyOf(vendor, keyturn, request)).toContain(
    'The same was asked again, and waits for the same answer: and once more ⏎ Approved by bob.',
  );
});

it('tells of a flag and a clear, of a stop, a silence, a late report and what a person settled', async () => {
  const { vendor, keyturn } = await open();
  const flagged = await submit(keyturn);
  const other = await submit(keyturn, { action: 'db.vacuum' });
  await review(keyturn, 'bob', flagged, 'flag', { comment: 'odd' });
  await comment(keyturn, 'carol', 'clear', flagged);
  expect(await storyOf(vendor, keyturn, flagged)).toEqual([
    expect.stringMatching(/^Asked/),
    'bob flagged it, and its requester is frozen: odd',
    'carol cleared it, and people can vote again: because',
  ]);
  expect(await storyOf(vendor, keyturn, other)).toContain(
    'Stopped: another request of this requester was flagged.',
  );

  const second = await open();
  const running = await anExecuting(second.keyturn);
  await comment(second.keyturn, 'bob', 'stop', running);
  second.keyturn.clock.advance(HOUR);
  await until(async () =>
    (await second.keyturn.get('bob', `/v1/requests/${running.id}`)).body.state === 'unknown' ? true : null,
  );
  await report(second.keyturn, running, { status: 'failed' });
  await second.keyturn.post('bob', `/v1/requests/${running.id}/settle`, {
    status: 'failed',
    comment: 'seen',
  });
  expect((await storyOf(second.vendor, second.keyturn, running)).slice(-4)).toEqual([
    'bob asked it to stop: because',
    'No outcome came. Nobody knows how it ended, so a person must settle it.',
    'A report that came too late to count says that it failed at 2026-11-22 11:00 UTC.',
    'bob settled it as failed: seen',
  ]);
});

it('tells how a wait ends that nobody ended: in time, by its asker, or by who took the approval back', async () => {
  const { vendor, keyturn } = await open();
  const [late, left, back, idle] = [
    await submit(keyturn),
    await submit(keyturn, { action: 'db.a' }),
    await submit(keyturn, { action: 'db.b' }),
    await submit(keyturn, { action: 'db.c' }),
  ];
  await keyturn.post('agent', `/v1/requests/${left.id}/cancel`);
  for (const one of [back, idle]) await seeAndApprove(keyturn, 'bob', one);
  await comment(keyturn, 'bob', 'revoke', back);
  keyturn.clock.advance(16 * MINUTE);
  await keyturn.get('bob', `/v1/requests/${idle.id}`);
  keyturn.clock.advance(20 * MINUTE);
  await keyturn.get('bob', `/v1/requests/${late.id}`);
  const ends = [late, left, back, idle].map(async (one) => (await storyOf(vendor, keyturn, one)).at(-1));
  expect(await Promise.all(ends)).toEqual([
    'Nobody decided in time. It expired.',
    'Cancelled by agent.',
    'bob revoked the approval: because',
    'It was not run in time. The approval ended.',
  ]);
});

it('tells that another policy asks for more, or denies it', async () => {
  const { vendor, keyturn } = await open();
  const [more, denied] = [await submit(keyturn), await submit(keyturn, { action: 'db.vacuum' })];
  await storyOf(vendor, keyturn, more);
  const rules = [
    rule('stricter', { match: { action: ['db.migrate'] }, plan: { ...TWO, notify: [toPlace('memory')] } }),
    rule('never', { match: { action: ['db.vacuum'] }, effect: 'deny', tell: 'not on Fridays' }),
  ];
  const next = await keyturn.restart({ ...POLICY, version: '2', rules });
  expect((await storyOf(vendor, next, more)).at(-1)).toBe(
    'The policy changed. Missing now: dba 0/1, security 0/1.',
  );
  expect((await storyOf(vendor, next, denied)).at(-1)).toBe('The policy denies it now: not on Fridays');
});

it('reminds of what is missing and calls on who can still give it, and on whom the plan escalates to', async () => {
  const asked = plan(
    'slow',
    [
      ['dba', 1],
      ['security', 1],
    ],
    {
      notify: [toPlace('memory')],
      remind: ['half'],
      escalate: [{ afterMs: 20 * MINUTE, notify: ['security'] }],
    },
  );
  const { vendor, keyturn } = await open({ rules: [], default: { effect: 'require', plan: asked } });
  const request = await submit(keyturn);
  await seeAndApprove(keyturn, 'bob', request);
  for (const minutes of [15, 5]) {
    keyturn.clock.advance(minutes * MINUTE);
    await keyturn.get('bob', `/v1/requests/${request.id}`);
    await storyOf(vendor, keyturn, request);
  }
  expect((await storyOf(vendor, keyturn, request)).slice(-2)).toEqual([
    'Still waits for security 0/1. It expires at 2026-11-22 10:30 UTC. @security',
    'Still waits for security 0/1. It expires at 2026-11-22 10:30 UTC. Escalated to security; who may decide stays the same. @security',
  ]);
});

it('tells of a broken glass, of a review that is overdue, and of the review, in the thread and on the card', async () => {
  const { vendor, keyturn } = await open({ breakGlass: [glassRule({ notify: [toPlace('memory')] })] });
  const request = await submit(keyturn, EXPORT);
  await seeAndBreak(keyturn, 'bob', request);
  const how = `Type post-review ${request.number}.`;
  const due = `Somebody of security must review this before 2026-11-23 10:00 UTC. ${how}`;
  expect(await storyOf(vendor, keyturn, request)).toContain(
    `BREAK-GLASS: bob approved this alone: ${REASON} · ${due} @security`,
  );
  const card = () => vendor.messages.find((one) => one.kind === 'card' && one.request === request.id);
  expect(card()?.lines.join('\n')).toContain(`Break-glass by bob at 2026-11-22 10:00 UTC: ${REASON}`);
  expect(card()?.lines.join('\n')).toContain('Somebody of security must review it before');
  keyturn.clock.advance(25 * HOUR);
  await keyturn.get('bob', `/v1/requests/${request.id}`);
  expect(await storyOf(vendor, keyturn, request)).toContain(
    `OVERDUE: nobody reviewed the break-glass of bob in time. Until somebody of security does, they can break no other. ${how} @security`,
  );
  expect(card()?.lines.join('\n')).toContain('is overdue since 2026-11-23 10:00 UTC');
  await postReview(keyturn, 'carol', request, 'reject');
  expect((await storyOf(vendor, keyturn, request)).at(-1)).toBe(
    'carol reviewed the break-glass: it was not right: I looked at it',
  );
  expect(card()?.lines.join('\n')).toContain('Reviewed by carol at 2026-11-23 11:00 UTC: it was not right');
});
