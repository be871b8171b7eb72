import { expect, it } from 'vitest';
import { aVisitor, codeFor, seenBy, signIn, startRoom } from '../bot/room/visitor.ts';
import { submit } from '../connectors/api/world.ts';
import { tokenOf } from '../helpers/rulebook.ts';

const CANARY = 'hunter2-canary-5f1c';

it('row 14: a withheld value is in nothing that the room shows: card, full view, lists and answers', async () => {
  const keyturn = await startRoom();
  const request = await submit(keyturn, { action: 'db.secret', payload: { secret: CANARY, user: 'x' } });
  const bob = await aVisitor(keyturn, 'bob');
  const shown = [
    await seenBy(keyturn, bob),
    (await bob.click('view', request)).text,
    (await bob.click('show', request)).text,
    (await bob.click('approve', request)).text,
    (await bob.post('command', { line: 'list all' })).text,
    (await bob.post('command', { line: `policy explain ${request.number}` })).text,
  ];
  expect(shown[0]).toContain('db.secret');
  expect(shown[1]).toContain('redacted: string, 19 characters');
  for (const text of shown) expect(text).not.toContain(CANARY);
});

it('row 14: neither a code, nor a token, nor a session stands in the log or in the operator’s', async () => {
  const told: string[] = [];
  const tell = (message: string, fields: unknown = {}) => void told.push(message + JSON.stringify(fields));
  const logger = { info: tell, warn: tell, error: tell };
  const keyturn = await startRoom({}, { ports: { logger } });
  const code = codeFor(keyturn, 'bob');
  const { body, headers } = await signIn(keyturn, { code });
  await signIn(keyturn, { code: 'WRNG-CANA-RY22' });
  await signIn(keyturn, { token: tokenOf('bob') });
  const log = (await keyturn.get('carol', '/v1/audit/entries?limit=1000')).text + told.join('\n');
  const cookie = /=([\w-]+);/.exec(headers['set-cookie']?.[0] ?? '')?.[1] ?? 'no cookie was set';
  for (const secret of [code, code.replaceAll('-', ''), body.key, cookie, tokenOf('bob'), 'WRNG']) {
    expect(log).not.toContain(secret);
  }
});
