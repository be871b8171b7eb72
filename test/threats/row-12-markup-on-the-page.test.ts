import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { HOSTILE_STRINGS } from '../bot/cards/hostile-strings.ts';
import { codeFor, startRoom } from '../bot/room/visitor.ts';
import { submit } from '../connectors/api/world.ts';
import { aPerson, useBrowser } from '../helpers/chromium.ts';
import type { TestKeyturn } from '../helpers/start-keyturn.ts';

const browser = useBrowser();

async function bobsPage(keyturn: TestKeyturn, page: Page): Promise<void> {
  await page.goto(`${keyturn.url}/room`);
  await page.getByLabel('Room code or API token').fill(codeFor(keyturn, 'bob'));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('#connection.live').waitFor();
}

interface Tree {
  readonly tagName: string;
  readonly className: string;
  readonly children: Iterable<Tree>;
  getAttributeNames(): readonly string[];
}

/** The card comes first, and the line that somebody asked a moment later. */
async function isWhole(message: Locator): Promise<void> {
  await message.getByRole('listitem').first().waitFor();
}

/** Every element of the message with its class and the names of its attributes; lines and runs of text count once. */
function shapeOf(message: Locator): Promise<string> {
  return message.evaluate((root) => {
    const walk = (node: Tree): string => {
      const children = [...node.children].map(walk).filter((child) => child !== 'BR');
      const distinct = children.filter((child, index) => child !== children[index - 1]);
      if (node.tagName === 'BR') return 'BR';
      return `${node.tagName}.${node.className}[${node.getAttributeNames().join()}](${distinct.join()})`;
    };
    return walk(root as unknown as Tree);
  });
}

const asks = (text: string) => ({
  reason: text,
  payload: { kind: 'sql', statement: `SELECT '${text}'` },
  links: [`https://evil.example/${encodeURIComponent(text).slice(0, 200)}`],
});

it('row 12: no string of a requester changes the shape of its card on the page, or does anything there', async (context) => {
  const keyturn = await startRoom({
    limits: { openPerRequester: 'unlimited', newPerMinute: 'unlimited' },
  });
  const { page, context: tab } = await aPerson(await browser(context));
  const asked: string[] = [];
  tab.on('request', (request) => void asked.push(new URL(request.url()).host));
  await bobsPage(keyturn, page);
  const plain = await submit(keyturn, asks('plain'));
  const message = page.getByRole('article', { name: `Request ${plain.number} from` });
  await isWhole(message);
  const expected = await shapeOf(message);

  for (const text of HOSTILE_STRINGS) {
    // Slowly, or they would be gathered into one digest.
    keyturn.clock.advance(5_000);
    const { number } = await submit(keyturn, asks(text));
    const hostile = page.getByRole('article', { name: `Request ${number} from` });
    await isWhole(hostile);
    expect({ text, shape: await shapeOf(hostile) }).toEqual({ text, shape: expected });
    expect(await hostile.locator('a, img, iframe, script, form, input').count()).toBe(0);
    // Letter for letter: what a renderer would have replaced is still there. Long words are wrapped.
    if (text.startsWith('{{') || text.startsWith('$')) {
      expect(await hostile.locator('.card-why').innerText()).toContain(text);
    }
    await keyturn.post('agent', `/v1/requests/${(await idOf(keyturn, number)).id}/cancel`);
  }
  expect(new Set(asked)).toEqual(new Set([new URL(keyturn.url).host]));
}, 120_000);

async function idOf(keyturn: TestKeyturn, number: number): Promise<{ readonly id: string }> {
  const { items } = (await keyturn.get('alice', '/v1/requests?limit=200')).body;
  return items.find((item: { number: number }) => item.number === number);
}

it('row 12: a comment, a reject reason and the output of a command are text in the thread', async (context) => {
  const keyturn = await startRoom();
  const { page } = await aPerson(await browser(context));
  await bobsPage(keyturn, page);
  const request = await submit(keyturn);
  const evil = '<img src=x onerror=alert(1)> [Approve](https://evil.example) {{DATE(2020-01-01T00:00:00Z)}}';
  const body = { verdict: 'reject', action_digest: request.action_digest, comment: evil };
  await keyturn.post('dora', `/v1/requests/${request.id}/reviews`, body);
  const thread = page.getByRole('article', { name: 'Request 1 from' }).locator('.thread');
  await thread.filter({ hasText: evil }).waitFor();
  expect(await thread.locator('img, a, button').count()).toBe(0);
});

it('row 12: the page takes no text for markup, and runs no script that did not come with it', async (context) => {
  const keyturn = await startRoom();
  const { page, complaints } = await aPerson(await browser(context));
  await bobsPage(keyturn, page);
  const seen = await page.evaluate(() => {
    interface Body extends Record<'innerHTML', string> {
      append(child: unknown): void;
    }
    const { document } = globalThis as unknown as {
      document: { body: Body; createElement(tag: string): Record<string, unknown> };
    };
    const outcomes: string[] = [];
    const attempt = (work: () => void) => {
      try {
        work();
      } catch (cause) {
        outcomes.push(cause instanceof TypeError ? 'refused' : String(cause));
      }
    };
    attempt(() => {
      document.body.innerHTML = '<b>x</b>';
    });
    attempt(() => {
      const script = document.createElement('script');
      script['text'] = 'globalThis.ran = true';
      document.body.append(script);
    });
    return { outcomes, ran: 'ran' in globalThis };
  });
  expect(seen).toEqual({ outcomes: ['refused', 'refused'], ran: false });
  // The browser says so on the console, as it should.
  expect(complaints.splice(0).every((text) => text.includes('Trusted'))).toBe(true);
}, 60_000);
