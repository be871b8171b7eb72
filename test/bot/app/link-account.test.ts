import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { askLinkCode, giveLinkCode, redeemLinkCode, unlinkAccount } from '../../../bot/app/link-account.ts';
import type { Account } from '../../../bot/core/identity.ts';
import { authenticator } from '../../../connectors/api/authenticate.ts';
import { readLog } from '../../connectors/api/world.ts';
import { tokenOf } from '../../helpers/rulebook.ts';
import { startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';
import { faceOf, personOf } from './people-world.ts';

const PHONE = 'slack:T01/U0PHONE';
const OTHER = 'slack:T01/U0OTHER';
const GITHUB = 'github:github.com/77';

async function codeFor(keyturn: TestKeyturn, key: string): Promise<string> {
  const given = await giveLinkCode(keyturn.keyturn.context, personOf(keyturn, key));
  if (!given.ok) throw new Error(given.code);
  return given.code;
}

it('ties an account to the person whose code it says, and says so in the log', async () => {
  const keyturn = await startKeyturn();
  const face = faceOf(keyturn);
  expect(face.who(PHONE)).toBe('UNKNOWN_ACCOUNT');
  const said = await face.type(PHONE, `link ${await codeFor(keyturn, 'bob')}`);
  expect(said).toContain('This account is now an account of bob.');
  expect(face.who(PHONE)).toBe('bob');
  const log = await readLog(keyturn);
  const linked = log.filter(({ type }) => type === 'identity.linked').at(-1);
  expect(linked).toMatchObject({ data: { person: personOf(keyturn, 'bob'), links: 1 } });
  // The account is a text beside the entry, where it can be erased.
  expect(JSON.stringify(linked)).not.toContain('U0PHONE');
});

it('takes a code in small letters and without its dashes', async () => {
  const keyturn = await startKeyturn();
  const code = await codeFor(keyturn, 'bob');
  await faceOf(keyturn).type(PHONE, `link ${code.toLowerCase().replaceAll('-', '')}`);
  expect(faceOf(keyturn).who(PHONE)).toBe('bob');
});

it('links survive a restart', async () => {
  const keyturn = await startKeyturn();
  await faceOf(keyturn).type(PHONE, `link ${await codeFor(keyturn, 'bob')}`);
  const after = await keyturn.restart();
  expect(faceOf(after).who(PHONE)).toBe('bob');
});

it('a code is good once', async () => {
  const keyturn = await startKeyturn();
  const code = await codeFor(keyturn, 'bob');
  await faceOf(keyturn).type(PHONE, `link ${code}`);
  expect(await faceOf(keyturn).type(OTHER, `link ${code}`)).toContain('This code is not valid');
  expect(faceOf(keyturn).who(OTHER)).toBe('UNKNOWN_ACCOUNT');
});

it('of many that say one code at once, one is linked', async () => {
  const keyturn = await startKeyturn();
  const code = await codeFor(keyturn, 'bob');
  const accounts = Array.from({ length: 8 }, (_, nth) => `slack:T01/U${nth}` as Account);
  const results = await Promise.all(
    accounts.map((account) => redeemLinkCode(keyturn.keyturn.context, account, code)),
  );
  expect(results.filter(({ ok }) => ok)).toHaveLength(1);
  expect(accounts.filter((account) => faceOf(keyturn).who(account) === 'bob')).toHaveLength(1);
});

it('a code runs out after ten minutes', async () => {
  const keyturn = await startKeyturn();
  const code = await codeFor(keyturn, 'bob');
  keyturn.clock.advance(10 * 60_000);
  expect(await faceOf(keyturn).type(PHONE, `link ${code}`)).toContain('This code is not valid');
  const again = await codeFor(keyturn, 'bob');
  keyturn.clock.advance(10 * 60_000 - 1);
  expect(await faceOf(keyturn).type(PHONE, `link ${again}`)).toContain('now an account of bob');
});

it('only the newest code of a person is good', async () => {
  const keyturn = await startKeyturn();
  const [old, newest] = [await codeFor(keyturn, 'bob'), await codeFor(keyturn, 'bob')];
  expect(await faceOf(keyturn).type(PHONE, `link ${old}`)).toContain('This code is not valid');
  expect(await faceOf(keyturn).type(PHONE, `link ${newest}`)).toContain('now an account of bob');
});

it('a person with a linked account gets a code for one more by asking from it', async () => {
  const keyturn = await startKeyturn({ accounts: { [PHONE]: 'bob' } });
  const said = await faceOf(keyturn).type(PHONE, 'link');
  const code = /Your code is ([A-Z0-9-]+),/.exec(said)?.[1] ?? '';
  expect(code).toMatch(/^([2-9A-Z]{4}-){3}[2-9A-Z]{4}$/);
  await faceOf(keyturn).type(OTHER, `link ${code}`);
  expect(faceOf(keyturn).who(OTHER)).toBe('bob');
});

it('row 7: a token gets no code: whoever found one could make a chat account of theirs its person', async () => {
  const keyturn = await startKeyturn();
  const { context } = keyturn.keyturn;
  const bob = authenticator(() => context.rulebook)(`Bearer ${tokenOf('bob')}`) as never;
  expect(await askLinkCode(context, bob)).toMatchObject({ ok: false, code: 'STEP_UP_REQUIRED' });
});

it('neither the code nor anything it could be found from stands in the database', async () => {
  const keyturn = await startKeyturn();
  const code = await codeFor(keyturn, 'bob');
  await faceOf(keyturn).type(OTHER, 'link WRON-GWRO-NGWR-ONGW');
  await keyturn.stop();
  const files = readdirSync(keyturn.dataDir).map((name) =>
    readFileSync(join(keyturn.dataDir, name), 'latin1'),
  );
  for (const text of [code, code.replaceAll('-', ''), 'WRON-GWRO']) {
    expect(files.some((file) => file.includes(text))).toBe(false);
  }
});

it('an account may try ten codes an hour, and then not even the right one', async () => {
  const keyturn = await startKeyturn();
  const code = await codeFor(keyturn, 'bob');
  for (let nth = 0; nth < 10; nth += 1) await faceOf(keyturn).type(OTHER, `link ${'Z'.repeat(15)}${nth}`);
  expect(await faceOf(keyturn).type(OTHER, `link ${code}`)).toContain('That was too often');
  expect(await faceOf(keyturn).type(PHONE, `link ${code}`)).toContain('now an account of bob');
});

it('an account of somebody else is not taken: of the file, linked, or of somebody who left', async () => {
  const keyturn = await startKeyturn({ accounts: { [PHONE]: 'dora' } });
  await faceOf(keyturn).type(OTHER, `link ${await codeFor(keyturn, 'eve')}`);
  for (const account of [PHONE, OTHER] as const) {
    const result = await redeemLinkCode(
      keyturn.keyturn.context,
      account as Account,
      await codeFor(keyturn, 'bob'),
    );
    expect(result).toMatchObject({ ok: false, code: 'FORBIDDEN', reason: 'account_taken' });
  }
  const after = await keyturn.restart({ version: '2', gone: ['eve'], accounts: { [PHONE]: 'dora' } });
  expect(faceOf(after).who(OTHER)).toBe('UNKNOWN_ACCOUNT');
  const late = await redeemLinkCode(after.keyturn.context, OTHER as Account, await codeFor(after, 'bob'));
  expect(late).toMatchObject({ ok: false, reason: 'account_taken' });
});

it('a person who is not in the policy gets no code, and a code given before is worth nothing', async () => {
  const keyturn = await startKeyturn();
  const code = await codeFor(keyturn, 'eve');
  const after = await keyturn.restart({ version: '2', gone: ['eve'] });
  expect(await giveLinkCode(after.keyturn.context, personOf(after, 'eve'))).toMatchObject({
    code: 'NOT_FOUND',
  });
  expect(await faceOf(after).type(PHONE, `link ${code}`)).toContain('This code is not valid');
});

it('a person has ten linked accounts at most', async () => {
  const keyturn = await startKeyturn();
  for (let nth = 0; nth < 10; nth += 1) {
    await redeemLinkCode(
      keyturn.keyturn.context,
      `slack:T01/U${nth}` as Account,
      await codeFor(keyturn, 'bob'),
    );
    if (nth === 8) keyturn.clock.advance(60 * 60_000);
  }
  const eleventh = await giveLinkCode(keyturn.keyturn.context, personOf(keyturn, 'bob'));
  expect(eleventh).toMatchObject({ ok: false, code: 'LIMIT_REACHED', reason: 'too_many_links' });
});

it('an unlinked account is nobody at once, and can be linked to somebody else', async () => {
  const keyturn = await startKeyturn();
  await faceOf(keyturn).type(GITHUB, `link ${await codeFor(keyturn, 'bob')}`);
  expect(await unlinkAccount(keyturn.keyturn.context, GITHUB, 'root')).toMatchObject({ ok: true });
  expect(faceOf(keyturn).who(GITHUB)).toBe('UNKNOWN_ACCOUNT');
  await faceOf(keyturn).type(GITHUB, `link ${await codeFor(keyturn, 'dora')}`);
  expect(faceOf(keyturn).who(GITHUB)).toBe('dora');
  const types = (await readLog(keyturn))
    .map(({ type }) => type)
    .filter((type) => type.startsWith('identity.'));
  expect(types.slice(-5)).toEqual([
    'identity.code_given',
    'identity.linked',
    'identity.unlinked',
    'identity.code_given',
    'identity.linked',
  ]);
});

it('a file that gives somebody a linked account of another does not load', async () => {
  const keyturn = await startKeyturn();
  await faceOf(keyturn).type(PHONE, `link ${await codeFor(keyturn, 'bob')}`);
  await expect(keyturn.restart({ version: '2', accounts: { [PHONE]: 'dora' } })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: `people.dora.accounts: ${PHONE} is linked to bob already; take it out of the file, or run: keyturn people unlink ${PHONE}`,
  });
  const after = await keyturn.restart({ version: '2', accounts: { [PHONE]: 'bob' } });
  expect(faceOf(after).who(PHONE)).toBe('bob');
});
