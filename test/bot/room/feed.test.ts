import { expect, it } from 'vitest';
import { submit } from '../../connectors/api/world.ts';
import type { TestKeyturn } from '../../helpers/start-keyturn.ts';
import { until } from '../../helpers/until.ts';
import { aVisitor, seenBy, startRoom } from './visitor.ts';

/** The relay posts a moment after the answer. */
async function posted(keyturn: TestKeyturn, request: { readonly id: string }): Promise<void> {
  const bob = await aVisitor(keyturn, 'bob');
  await until(async () => (await seenBy(keyturn, bob)).includes(request.id) || null);
}

it('shows a request to those who may know of it, and to nobody else that it is there', async () => {
  const keyturn = await startRoom();
  const request = await submit(keyturn, { reason: 'CANARY-REASON' });
  await posted(keyturn, request);
  const seen = async (who: 'alice' | 'bob' | 'carol' | 'eve') =>
    seenBy(keyturn, await aVisitor(keyturn, who));
  for (const who of ['alice', 'bob', 'carol'] as const) expect(await seen(who)).toContain('CANARY-REASON');
  const nothing = await seen('eve');
  expect(nothing).toContain('"messages":[]');
  expect(nothing).not.toContain('CANARY');
});

it('says that a request waits for those who can still do something about it', async () => {
  const keyturn = await startRoom();
  const request = await submit(keyturn, { action: 'db.export' });
  await posted(keyturn, request);
  const waits = async (who: 'alice' | 'bob' | 'carol' | 'dora') =>
    (await seenBy(keyturn, await aVisitor(keyturn, who))).includes('"waitsForMe":true');
  expect([await waits('alice'), await waits('bob'), await waits('carol')]).toEqual([false, true, true]);
  await (await aVisitor(keyturn, 'bob')).click('approve', request);
  expect([await waits('bob'), await waits('carol')]).toEqual([false, true]);
});

it('tells the human behind a request the result, and nobody else', async () => {
  const keyturn = await startRoom();
  const request = await submit(keyturn, { on_behalf_of: 'eve' });
  await posted(keyturn, request);
  await (await aVisitor(keyturn, 'bob')).click('reject', request, { comment: 'CANARY-NO' });
  const eve = await aVisitor(keyturn, 'eve');
  await until(async () => /"directs":\[\{.*CANARY-NO/.test(await seenBy(keyturn, eve)) || null);
  expect(await seenBy(keyturn, await aVisitor(keyturn, 'dora'))).toContain('"directs":[]');
});
