import { expect, it } from 'vitest';
import { consume, review, seeAndApprove, submit } from '../connectors/api/world.ts';
import { startKeyturn, type TestKeyturn } from '../helpers/start-keyturn.ts';

async function shown(keyturn: TestKeyturn, payload: object) {
  const request = await submit(keyturn, { payload });
  const { body } = await keyturn.get('bob', `/v1/requests/${request.id}/payload`);
  const preview = (await keyturn.get('bob', `/v1/requests/${request.id}`)).body.preview.text as string;
  return { request, body, preview };
}

const INVISIBLE = /[\p{Cf}\p{Zl}\p{Zp}]|(?!\n)\p{Cc}/u;

it.each([
  ['a bidi override', 'GRANT read TO \u202enimda\u202c', 'GRANT read TO ⟦U+202E⟧nimda⟦U+202C⟧'],
  ['a bidi isolate', 'a\u2066b\u2069', 'a⟦U+2066⟧b⟦U+2069⟧'],
  ['a zero-width space', 'DE\u200bLETE', 'DE⟦U+200B⟧LETE'],
  ['a zero-width joiner', 'a\u200db', 'a⟦U+200D⟧b'],
  ['a soft hyphen', 'pay\u00adroll', 'pay⟦U+00AD⟧roll'],
  ['a carriage return', 'SELECT 1\rDROP', 'SELECT 1⟦CR⟧DROP'],
  ['an escape sequence', 'SELECT 1\u001b[2K\u001b[1G', 'SELECT 1⟦U+001B⟧[2K⟦U+001B⟧[1G'],
  ['a NUL', 'a\u0000b', 'a⟦U+0000⟧b'],
  ['a backspace', 'x\u0008y', 'x⟦U+0008⟧y'],
  ['a line separator', 'a\u2028b', 'a⟦U+2028⟧b'],
  ['a tag character', 'a\u{e0041}b', 'a⟦U+E0041⟧b'],
  ['a byte order mark inside', 'a\ufeffb', 'a⟦U+FEFF⟧b'],
  ['a Cyrillic letter in a Latin host', 'https://p\u0430ypal.example', 'https://p\u0430⟦U+0430⟧ypal.example'],
  ['a full-width letter', 'D\uff32OP', 'D\uff32⟦U+FF32⟧OP'],
])('row 13: %s is shown escaped and marked', async (_what, statement, expected) => {
  const keyturn = await startKeyturn();
  const { body, preview } = await shown(keyturn, { kind: 'sql', statement });
  expect(body.view).toBe(expected);
  expect(preview).toBe(expected);
  expect(body.view).not.toMatch(INVISIBLE);
});

it('row 13: what runs is what was sent, to the character', async () => {
  const keyturn = await startKeyturn();
  const payload = { kind: 'sql', statement: 'a\u202eb\u200b\u0000\r\n\ud83d\ude00é e\u0301 рaypal ⟦⟧' };
  const { request, body } = await shown(keyturn, payload);
  expect(body.payload).toEqual(payload);
  await seeAndApprove(keyturn, 'bob', request);
  expect((await consume(keyturn, request)).body.payload).toEqual(payload);
});

it('row 13: keys, kinds and deep values are made visible like statements', async () => {
  const keyturn = await startKeyturn();
  const { body, preview } = await shown(keyturn, {
    kind: 'x\u202e',
    'na\u200bme': [{ 'a\u0007': 'b\u2066' }],
  });
  for (const text of [body.view, preview]) {
    expect(text).not.toMatch(INVISIBLE);
    for (const code of ['202E', '200B', '0007', '2066']) expect(text).toContain(`⟦U+${code}⟧`);
  }
});

it('row 13: two payloads that differ in what nobody sees have two views and two digests', async () => {
  const keyturn = await startKeyturn();
  const plain = await shown(keyturn, { kind: 'sql', statement: 'DELETE' });
  const hidden = await shown(keyturn, { kind: 'sql', statement: 'DE\u200bLETE' });
  expect(hidden.request.action_digest).not.toBe(plain.request.action_digest);
  expect(hidden.body.view_digest).not.toBe(plain.body.view_digest);
  expect(hidden.body.view).not.toBe(plain.body.view);
});

it('row 13: a requester cannot draw our marks', async () => {
  const keyturn = await startKeyturn();
  const { body } = await shown(keyturn, { kind: 'sql', statement: '⟦redacted: string, 9 characters⟧' });
  expect(body.view).toBe('⟦U+27E6⟧redacted: string, 9 characters⟦U+27E7⟧');
});

it('row 13: what a reviewer writes is made visible before a client reads it', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn);
  await review(keyturn, 'bob', request, 'reject', { comment: '\u202e\u001b[31mno\u200b' });
  const { body } = await keyturn.get('agent', `/v1/requests/${request.id}`);
  expect(body.reject_reason).toBe('⟦U+202E⟧⟦U+001B⟧[31mno⟦U+200B⟧');
});
