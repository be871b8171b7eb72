import { expect, it } from 'vitest';
import type { Answer, Click, Page } from '../../../bot/commands/answer.ts';
import { plain } from '../../../bot/views/words.ts';
import { readLog, stateOf, submit, WRONG_DIGEST } from '../../connectors/api/world.ts';
import { callerOf } from '../../helpers/memory-driver.ts';
import type { Who } from '../../helpers/rulebook.ts';
import { startKeyturn } from '../../helpers/start-keyturn.ts';

async function open() {
  const keyturn = await startKeyturn();
  const { desk } = keyturn.keyturn;
  const by = (who: Who) => callerOf(keyturn.keyturn, who);
  const click = (
    who: Who,
    verb: Click['verb'],
    request: { id: string; action_digest: string },
    fields = {},
  ) => desk.click(by(who), { verb, request: request.id, digest: request.action_digest, fields });
  return { keyturn, desk, by, click };
}

function textOf(answer: Answer | Page): string {
  return answer.kind === 'text' ? answer.lines.map(plain).join('\n') : answer.kind;
}

const LONG = { kind: 'sql', statement: Array.from({ length: 95 }, (_none, n) => `SELECT ${n}`).join('\n') };

it('refuses a button of another digest, and changes nothing', async () => {
  const { keyturn, click } = await open();
  const request = await submit(keyturn);
  const answer = await click('bob', 'approve', { ...request, action_digest: WRONG_DIGEST });
  expect(textOf(answer)).toContain('what you saw is not what would run');
  expect(await stateOf(keyturn, request)).toBe('pending');
});

it('puts it on record that the card was seen, right before the vote that came from it', async () => {
  const { keyturn, click } = await open();
  const request = await submit(keyturn);
  await click('bob', 'approve', request);
  const types = (await readLog(keyturn)).filter(({ subject }) => subject?.request === request.id);
  expect(types.map(({ type }) => type)).toEqual([
    'request.submitted',
    'payload.viewed',
    'review.recorded',
    'request.approved',
  ]);
});

it('answers a click without its reason with the form, and does nothing yet', async () => {
  const { keyturn, click } = await open();
  const request = await submit(keyturn);
  for (const verb of ['reject', 'flag'] as const) {
    for (const fields of [{}, { comment: '   ' }]) {
      expect(await click('bob', verb, request, fields)).toMatchObject({ kind: 'form', form: { verb } });
    }
  }
  expect(await stateOf(keyturn, request)).toBe('pending');
});

it.each([
  ['longer than a comment may be', 'x'.repeat(2_001)],
  ['half a character', 'no \ud800'],
])('takes no reason that is %s', async (_what, comment) => {
  const { keyturn, click } = await open();
  const request = await submit(keyturn);
  expect(textOf(await click('bob', 'reject', request, { comment }))).toContain('at most 2000');
  expect(await stateOf(keyturn, request)).toBe('pending');
});

it('tells who may not see a request that there is none, by a click and by a line, on record', async () => {
  const { keyturn, desk, by, click } = await open();
  const request = await submit(keyturn);
  expect(textOf(await click('eve', 'show', request))).toContain('There is nothing of that name');
  expect(textOf(await desk.type(by('eve'), `show ${request.number}`))).toContain(
    'There is nothing of that name',
  );
  expect(textOf(await desk.type(by('bob'), 'show 999'))).toContain('There is nothing of that name');
  expect(textOf(await click('eve', 'view', request))).toContain('There is nothing of that name');
  const refused = (await readLog(keyturn)).filter(({ type }) => type === 'client.refused');
  expect(refused.map(({ data }) => data.code)).toEqual(['NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND']);
});

it('counts a paged view as seen with the last page that was missing, in whatever order', async () => {
  const { keyturn, desk, by, click } = await open();
  const request = await submit(keyturn, { payload: LONG });
  const page = (number: number) => desk.page(by('bob'), request.id, { page: number, lines: 40 });
  expect(await page(2)).toMatchObject({ kind: 'page', page: 2, pages: 3, seenAll: false, buttons: [] });
  await page(0);
  expect(textOf(await click('bob', 'approve', request))).toContain('Open the full payload first');
  const last = await page(1);
  expect(last).toMatchObject({ seenAll: true });
  expect(last.kind === 'page' && last.text.untrusted).toContain('SELECT 41');
  await click('bob', 'approve', request);
  expect(await stateOf(keyturn, request)).toBe('approved');
});

it('counts no pages that somebody else was given', async () => {
  const { keyturn, desk, by, click } = await open();
  const request = await submit(keyturn, { payload: LONG });
  await desk.page(by('bob'), request.id, { page: 0, lines: 50 });
  await desk.page(by('dora'), request.id, { page: 1, lines: 50 });
  for (const who of ['bob', 'dora'] as const) {
    expect(textOf(await click(who, 'approve', request))).toContain('Open the full payload first');
  }
});

it('shows pages to nobody who may not see the payload, and clamps a page that there is not', async () => {
  const { keyturn, desk, by } = await open();
  const request = await submit(keyturn, { payload: LONG });
  expect(textOf(await desk.page(by('eve'), request.id, { page: 0, lines: 40 }))).toContain(
    'There is nothing of that name',
  );
  expect(await desk.page(by('bob'), request.id, { page: 99, lines: 40 })).toMatchObject({ page: 2 });
});

it('gives audit commands to auditors only, and puts the attempt on record', async () => {
  const { keyturn, desk, by } = await open();
  expect(textOf(await desk.type(by('bob'), 'audit export'))).toContain('for auditors');
  expect(textOf(await desk.type(by('carol'), 'audit export'))).not.toContain('for auditors');
  const [refused] = (await readLog(keyturn)).filter(({ type }) => type === 'client.refused');
  expect(refused?.data).toMatchObject({ code: 'FORBIDDEN', call: 'audit export' });
});

it('tells of a frozen requester only those whom it concerns', async () => {
  const { keyturn, desk, by, click } = await open();
  await click('bob', 'flag', await submit(keyturn), { comment: 'odd' });
  for (const [who, knows] of [
    ['carol', true],
    ['alice', true],
    ['eve', false],
  ] as const) {
    expect(textOf(await desk.type(by(who), 'freeze status')).includes('agent is frozen'), who).toBe(knows);
  }
});

it('answers an account that belongs to nobody, and counts it', async () => {
  const { keyturn, desk } = await open();
  expect(textOf(await desk.stranger('T01/U99', 'click'))).toContain('belongs to no person');
  const [refused] = (await readLog(keyturn)).filter(({ type }) => type === 'client.refused');
  expect(refused?.data).toMatchObject({ code: 'UNAUTHENTICATED', call: 'click' });
});
