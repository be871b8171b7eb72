import type { Locator } from 'playwright-core';
import { expect, it } from 'vitest';
import { HOSTILE_STRINGS } from '../bot/cards/hostile-strings.ts';
import { HOSTILE } from '../conformance/hostile.ts';
import { submit } from '../connectors/api/world.ts';
import { useBrowser } from '../helpers/chromium.ts';
import { startInPlayground } from '../helpers/playground/start-in-playground.ts';
import { visit } from '../helpers/playground/visitor.ts';

const browser = useBrowser();
const ALL = [...new Set([...HOSTILE_STRINGS, ...HOSTILE])];
/** Controls and formats, except for the line break. */
const UNSEEN = /(?!\n)[\p{Cc}\p{Cf}\u2028\u2029]/u;

interface Tree {
  readonly tagName: string;
  readonly children: Iterable<Tree>;
}

/** Every element of a card by its name. Runs of text beside each other count once: how many hangs on the words. */
function shapeOf(card: Locator): Promise<string> {
  return card.evaluate((root) => {
    const walk = ({ tagName, children }: Tree): string => {
      const inner = [...children].map(walk).filter((one) => one !== 'BR()');
      return `${tagName}(${inner.filter((one, index) => one !== inner[index - 1]).join()})`;
    };
    return walk(root as unknown as Tree);
  });
}

it('row 12: no string of a requester changes the shape of its card in the client of Microsoft', async (context) => {
  const chromium = await browser(context);
  const limits = { openPerRequester: 'unlimited', newPerMinute: 'unlimited' } as const;
  const world = await startInPlayground({ limits });
  const bob = await visit(chromium, world, 'bob');
  const asks = (reason: string, statement: string) => ({
    reason,
    payload: { kind: 'sql', statement: `SELECT '${statement}'` },
    links: [`https://evil.example/${encodeURIComponent(reason).slice(0, 200)}`],
  });
  const asked: string[] = [];
  const plain = await submit(world.keyturn, asks('plain', 'words'));
  await bob.sees(plain.number, 'words');
  const expected = await shapeOf(bob.card(plain.number));
  bob.page.on('request', (request) => void asked.push(request.url()));

  // Two on a card: the page of Microsoft grows slower with every one.
  for (let at = 0; at < ALL.length; at += 2) {
    const [reason = '', statement = 'the last'] = ALL.slice(at, at + 2);
    // Slowly, or they would be gathered into one digest.
    world.keyturn.clock.advance(30_000);
    const { number, id } = await submit(world.keyturn, asks(reason, statement));
    const seen = await bob.sees(number, 'Approval needed');
    const shape = await shapeOf(bob.card(number));
    expect({ reason, statement, shape }).toEqual({ reason, statement, shape: expected });
    expect(await bob.buttons(number)).toEqual(['Approve', 'Reject', 'Flag', 'View full payload']);
    expect(seen).not.toMatch(UNSEEN);
    // Letter for letter: what a renderer would have taken for markup is still there.
    for (const word of `${reason} ${statement}`.match(/[!-~]{3,60}/g) ?? []) expect(seen).toContain(word);
    await world.keyturn.post('agent', `/v1/requests/${id}/cancel`);
  }
  // Nothing was fetched, and nothing was run.
  expect(asked).toEqual([]);
}, 120_000);
