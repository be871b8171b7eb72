import { expect, it } from 'vitest';
import { expectRefused, readLog, review, stateOf, submit } from '../connectors/api/world.ts';
import { startKeyturn, type TestKeyturn } from '../helpers/start-keyturn.ts';

const TAIL = 'DROP TABLE customers';
const sql = (statement: string) => ({ payload: { kind: 'sql', statement } });

const previewOf = async (keyturn: TestKeyturn, { id }: { readonly id: string }) =>
  (await keyturn.get('bob', `/v1/requests/${id}`)).body.preview as { text: string; hidden_lines: number };
const viewOf = async (keyturn: TestKeyturn, { id }: { readonly id: string }) =>
  (await keyturn.get('bob', `/v1/requests/${id}/payload`)).body as {
    view: string;
    payload: { statement: string };
  };

it.each([
  ['a 9 kB statement', `SELECT ${'a, '.repeat(3000)}1; ${TAIL}`],
  ['400 lines', `${'SELECT 1;\n'.repeat(400)}${TAIL}`],
  ['5,000 spaces', `SELECT 1;${' '.repeat(5000)}${TAIL}`],
  ['5,000 line breaks', `SELECT 1;${'\n'.repeat(5000)}${TAIL}`],
  ['5,000 tabs', `SELECT 1;${'\t'.repeat(5000)}${TAIL}`],
  ['5,000 exotic spaces', `SELECT 1;${'\u2003'.repeat(2000)}${TAIL}`],
  ['5,000 zero-width characters', `SELECT 1;${'\u200b'.repeat(2000)}${TAIL}`],
])('row 11: the tail behind %s is shown in the preview', async (_what, statement) => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn, sql(statement));
  const preview = await previewOf(keyturn, request);
  const joined = preview.text.replaceAll('\n⟦…⟧', '');
  expect(joined.startsWith('SELECT ')).toBe(true);
  expect(joined.endsWith(TAIL)).toBe(true);
  expect(preview.text.split('\n').length).toBeLessThanOrEqual(40);
  expect(Buffer.byteLength(preview.text)).toBeLessThanOrEqual(4096);
  const view = await viewOf(keyturn, request);
  expect(view.payload.statement).toBe(statement);
  if (preview.hidden_lines > 0) {
    const lines = view.view.split('\n').length;
    expect(preview.text).toContain(`⟦${preview.hidden_lines} of ${lines} lines hidden; showing `);
    expect(preview.text).toContain(`of ${Buffer.byteLength(view.view)} bytes⟧`);
  } else {
    expect(view.view).toBe(preview.text);
  }
});

it('row 11: a mark that claims fewer hidden lines cannot be written by the requester', async () => {
  const keyturn = await startKeyturn();
  const fake = '⟦0 of 2 lines hidden; showing 20 of 20 bytes⟧';
  const request = await submit(keyturn, sql(`SELECT 1;\n${fake}\n${'x\n'.repeat(100)}${TAIL}`));
  const { text } = await previewOf(keyturn, request);
  expect(text).not.toContain(fake);
  expect(text).toContain('⟦U+27E6⟧0 of 2 lines');
});

it('row 11: the tail of a nested payload of no known kind is shown as well', async () => {
  const keyturn = await startKeyturn();
  const filler = Object.fromEntries(
    Array.from({ length: 200 }, (_, n) => [`a${String(n).padStart(3, '0')}`, 'x']),
  );
  const request = await submit(keyturn, { payload: { ...filler, zz: { run: TAIL } } });
  expect((await previewOf(keyturn, request)).text).toContain(TAIL);
});

it.each([
  ['nothing at all', async () => {}],
  ['the card with its preview', (k: TestKeyturn, id: string) => k.get('bob', `/v1/requests/${id}`)],
  [
    'the payload, by somebody else',
    (k: TestKeyturn, id: string) => k.get('dora', `/v1/requests/${id}/payload`),
  ],
])('row 11: no approve counts of somebody who was shown %s', async (_what, look) => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn, sql(`SELECT ${'a, '.repeat(3000)}1; ${TAIL}`));
  await look(keyturn, request.id);
  const answer = await review(keyturn, 'bob', request, 'approve');
  await expectRefused(keyturn, answer, 'FULL_VIEW_REQUIRED', { type: 'review.refused', by: 'bob' });
  expect(await stateOf(keyturn, request)).toBe('pending');
});

it('row 11: an approve after the whole payload counts, and the log holds which view it was', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn, sql(`SELECT ${'a, '.repeat(3000)}1; ${TAIL}`));
  const { body } = await keyturn.get('bob', `/v1/requests/${request.id}/payload`);
  expect((await review(keyturn, 'bob', request, 'approve')).body).toMatchObject({ state: 'approved' });
  const log = await readLog(keyturn);
  const dataOf = (wanted: string) => log.find(({ type }) => type === wanted)?.data;
  expect(dataOf('payload.viewed').view_digest).toBe(body.view_digest);
  expect(dataOf('review.recorded').action_digest).toBe(request.action_digest);
});
