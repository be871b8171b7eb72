import { expect, it } from 'vitest';
import { codeFor, startRoom } from '../bot/room/visitor.ts';
import { stateOf, submit } from '../connectors/api/world.ts';
import { aPerson, useBrowser } from '../helpers/chromium.ts';

const browser = useBrowser();
const TAIL = 'DROP TABLE customers';

async function bobBefore(context: Parameters<ReturnType<typeof useBrowser>>[0], statement: string) {
  const keyturn = await startRoom();
  const { page } = await aPerson(await browser(context));
  await page.goto(`${keyturn.url}/room`);
  await page.getByLabel('Room code or API token').fill(codeFor(keyturn, 'bob'));
  await page.getByRole('button', { name: 'Sign in' }).click();
  const request = await submit(keyturn, { payload: { kind: 'sql', statement } });
  const message = page.getByRole('article', { name: 'Request 1 from' });
  await message.waitFor();
  return { keyturn, page, request, message };
}

it.for([
  ['400 lines', `${'SELECT 1;\n'.repeat(400)}${TAIL}`],
  ['9,000 bytes', `SELECT ${'a, '.repeat(3000)}1; ${TAIL}`],
] as const)(
  'row 11: on the page nothing hides the tail behind %s, and no approval counts before all was opened',
  { timeout: 60_000 },
  async ([_what, statement], context) => {
    const { keyturn, page, request, message } = await bobBefore(context, statement);
    const payload = message.locator('.card-payload');
    expect(await payload.innerText()).toContain(TAIL);
    // No scroll bar of its own, no cut at the side: what is in the card is in sight.
    const fits = await payload.evaluate((box) => {
      const { scrollHeight, clientHeight, scrollWidth, clientWidth } = box as never as Record<string, number>;
      return [(scrollHeight ?? 0) <= (clientHeight ?? -1), (scrollWidth ?? 0) <= (clientWidth ?? -1)];
    });
    expect(fits).toEqual([true, true]);
    await message.getByText(/\d+ of \d+ lines are not shown/).waitFor();
    await message.getByRole('button', { name: 'Approve' }).click();
    await message.getByText('you have not seen all of it').waitFor();
    expect(await stateOf(keyturn, request)).toBe('pending');

    await message.getByRole('button', { name: 'View full payload' }).first().click();
    const lines = page.getByRole('dialog').locator('.payload li');
    await lines.last().filter({ hasText: TAIL }).waitFor();
    expect(await lines.count()).toBeGreaterThan(40);
    await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
    await message.getByText('You approved request 1').waitFor();
  },
);

it('row 13: what nobody could see is marked on the page, in card and full view', async (context) => {
  const statement = 'SELECT \u202e1 FROM a\u200bb WHERE h = "p\u0430ypal.example"; \u0007';
  const { page, message } = await bobBefore(context, statement);
  await message.getByRole('button', { name: 'View full payload' }).click();
  const dialog = page.getByRole('dialog');
  for (const text of [await message.locator('.card-payload').innerText(), await dialog.innerText()]) {
    for (const mark of ['⟦U+202E⟧', '⟦U+200B⟧', '⟦U+0430⟧', '⟦U+0007⟧']) expect(text).toContain(mark);
    for (const hidden of ['\u202e', '\u200b', '\u0007']) expect(text).not.toContain(hidden);
  }
}, 60_000);
