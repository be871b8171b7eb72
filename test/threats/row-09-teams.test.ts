import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { REFUSAL_TEXT } from '../../bot/views/refusals.ts';
import { readLog, stateOf } from '../connectors/api/world.ts';
import { cardOf } from '../helpers/fake-teams/read-card.ts';
import type { TokenChanges } from '../helpers/fake-teams/signer.ts';
import { APP_ID } from '../helpers/fake-teams/world.ts';
import { exchange } from './raw-socket.ts';
import { expectUndecided, type TeamsAttack, underAttack } from './teams-world.ts';

const approval = ({ teams, card }: TeamsAttack) =>
  teams.person('bob').clickOf(card, cardOf(card.activity), 'Approve');

const now = () => Math.floor(Date.now() / 1_000);
const FORGERIES: readonly (readonly [what: string, changes: TokenChanges])[] = [
  ['for another app', { claims: { aud: '00000000-0000-0000-0000-000000000000' } }],
  ['for this app and another one', { claims: { aud: [APP_ID, 'another'] } }],
  ['for nobody', { without: ['aud'] }],
  ['of an empty audience', { claims: { aud: '' } }],
  ['of another issuer', { claims: { iss: 'https://api.botframework.us' } }],
  [
    "of the emulator's issuer",
    {
      claims: {
        iss: 'https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/',
        appid: APP_ID,
        ver: '1.0',
      },
    },
  ],
  ['of no issuer', { without: ['iss'] }],
  ['that is over since an hour', { claims: { exp: 1_000_000_000 } }],
  ['that never ends', { without: ['exp'] }],
  ['that is not yet', { claims: { nbf: now() + 30 * 24 * 3_600 } }],
  ['that never began', { without: ['nbf'] }],
  ['of another service', { claims: { serviceurl: 'https://smba.trafficmanager.net/emea/' } }],
  ['of no service', { without: ['serviceurl'] }],
  ['of a key that nobody published', { header: { kid: 'another' } }],
  ['without the name of a key', { header: { kid: undefined } }],
  ['signed by somebody else', { foreignKey: true }],
];

it.each(FORGERIES)(
  'row 9: refuses a token %s, with our own words, and does nothing',
  async (_what, changes) => {
    const attack = await underAttack();
    const answer = await attack.teams.deliver(approval(attack), changes);
    expect(answer.status).toBe(401);
    // Our own words, which are the same for every reason.
    expect(answer.body).toMatchObject({ code: 'UNAUTHENTICATED', detail: REFUSAL_TEXT.UNAUTHENTICATED });
    await expectUndecided(attack);
    const refused = (await readLog(attack.keyturn)).filter(({ type }) => type === 'client.refused');
    expect(refused).toMatchObject([{ data: { code: 'UNAUTHENTICATED', call: 'teams messages' } }]);
  },
);

it('row 9: takes the very same click as it was signed, once', async () => {
  const attack = await underAttack();
  const click = approval(attack);
  expect((await attack.teams.deliver(click)).status).toBe(200);
  expect(await stateOf(attack.keyturn, attack.request)).toBe('approved');
  const again = await attack.teams.deliver(click);
  expect(again.status).toBe(200);
  expect(again.text).toContain('answered before');
  const votes = (await readLog(attack.keyturn)).filter(({ type }) => type === 'review.recorded');
  expect(votes).toHaveLength(1);
});

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

it('row 9: refuses what no key signed: none, HS256 with the public key, no token, another scheme', async () => {
  const attack = await underAttack();
  const { teams } = attack;
  const good = await teams.signer.token(teams.serviceUrl);
  const [, claims = '', signature = ''] = good.split('.');
  const [jwk] = (await teams.signer.jwks()).keys;
  const header = (alg: string) => encode({ alg, kid: teams.signer.kid, typ: 'JWT' });
  const hmac = createHmac('sha256', JSON.stringify(jwk))
    .update(`${header('HS256')}.${claims}`)
    .digest('base64url');
  for (const authorization of [
    '',
    'Bearer',
    'Bearer ',
    good,
    `bearer ${good}`,
    `Basic ${good}`,
    `Bearer ${good} x`,
    `Bearer ${header('none')}.${claims}.`,
    `Bearer ${header('none')}.${claims}.${signature}`,
    `Bearer ${header('None')}.${claims}.${signature}`,
    `Bearer ${header('HS256')}.${claims}.${hmac}`,
    `Bearer ${header('RS384')}.${claims}.${signature}`,
    `Bearer ${good.slice(0, -4)}AAAA`,
    `Bearer ${'a'.repeat(9_000)}.b.c`,
    `Bearer ${claims}`,
  ]) {
    expect((await teams.deliverWith(approval(attack), authorization)).status).toBe(401);
  }
  await expectUndecided(attack);
  expect((await teams.deliverWith(approval(attack), `Bearer ${good}`)).status).toBe(200);
});

it('row 9: refuses another tenant, wherever it is named, and none at all', async () => {
  const attack = await underAttack();
  const { teams } = attack;
  const click = approval(attack);
  const { conversation } = click as { conversation: object };
  const other = 'ffffffff-0000-4000-8000-000000000000';
  for (const change of [
    { conversation: { ...conversation, tenantId: other } },
    { channelData: { tenant: { id: other } } },
    { conversation: { ...conversation, tenantId: undefined }, channelData: {} },
  ]) {
    expect((await teams.deliver({ ...click, ...change })).status).toBe(401);
  }
  await expectUndecided(attack);
});

it('row 9: believes no service address outside of the list, also with a token that names it', async () => {
  const attack = await underAttack();
  const { teams } = attack;
  for (const serviceUrl of [
    'https://evil.test/',
    'http://169.254.169.254/',
    'https://smba.trafficmanager.net.evil.test/',
    'file:///etc/passwd',
    'not a url',
    '',
  ]) {
    const answer = await teams.deliver(
      { ...approval(attack), serviceUrl },
      { claims: { serviceurl: serviceUrl } },
    );
    expect(answer.status).toBe(401);
  }
  await expectUndecided(attack);
  // Nobody was asked who that is, neither there nor here.
  expect(teams.calls.filter(({ method }) => method === 'GET')).toEqual([]);
});

it('row 9: refuses a key that is not endorsed for Teams, or for nothing', async () => {
  for (const endorsements of [['webchat'], [], undefined]) {
    const attack = await underAttack();
    attack.teams.signer.kid = `fake-key-of-${String(endorsements)}`;
    attack.teams.signer.endorsements = endorsements;
    attack.clock.advance(2 * 60_000);
    expect((await attack.teams.deliver(approval(attack))).status).toBe(401);
    await expectUndecided(attack);
  }
});

it('row 9: a new key is found when it is first used, and made-up keys do not make us ask each time', async () => {
  const attack = await underAttack();
  const { teams, clock } = attack;
  expect((await teams.person('bob').mention('help')).status).toBe(200);
  teams.signer.kid = 'fake-key-2';
  clock.advance(2 * 60_000);
  expect((await teams.person('bob').mention('help')).status).toBe(200);
  teams.faults.plan('refused', /keys|openid/);
  for (let index = 0; index < 20; index += 1)
    expect((await teams.deliver(approval(attack), { header: { kid: `made-up-${index}` } })).status).toBe(401);
  // Keys that are known stay known while the others cannot be asked for.
  expect((await teams.person('bob').mention('help')).status).toBe(200);
});

it('row 9: while the keys cannot be had, everything is refused and nothing breaks', async () => {
  const attack = await underAttack();
  const { teams } = attack;
  for (const fault of ['refused', 'html', 'error-500', 'not-ok'] as const) {
    teams.faults.clear();
    teams.faults.plan(fault, /keys|openid/);
    attack.clock.advance(2 * 60_000);
    expect((await teams.deliver(approval(attack))).status).toBe(401);
  }
  await expectUndecided(attack);
  teams.faults.clear();
  attack.clock.advance(2 * 60_000);
  expect((await teams.deliver(approval(attack))).status).toBe(200);
});

it('row 9: whatever is in the body, signed or not, the answer is below 500', async () => {
  const attack = await underAttack();
  const { teams } = attack;
  const good = approval(attack);
  const bearer = `Bearer ${await teams.signer.token(teams.serviceUrl)}`;
  for (const body of [
    '',
    '{',
    '[]',
    'null',
    '"x"',
    '{"serviceUrl":1}',
    '\u0000',
    JSON.stringify({ serviceUrl: teams.serviceUrl }),
  ]) {
    expect((await teams.deliverWith(body, bearer)).status).toBeLessThan(500);
    expect((await teams.deliverWith(body, '')).status).toBe(401);
  }
  for (const change of [
    { type: 'invoke', name: 'task/fetch' },
    { type: 'invoke', name: 'adaptiveCard/action', value: null },
    { type: 'invoke', value: { action: { type: 'Action.Execute', verb: 'approve', data: null } } },
    {
      type: 'invoke',
      value: { action: { type: 'Action.Execute', verb: 'consume', data: { request: 'x', digest: 'y' } } },
    },
    { type: 'typing' },
    { type: 'message', text: null, attachments: 'x' },
    { from: {} },
    { conversation: {} },
    { channelId: 'emulator' },
    { channelId: 'AseChannel:1' },
    { deliveryMode: 'expectReplies' },
    { id: undefined },
  ]) {
    const { status } = await teams.deliver({ ...good, ...change });
    expect(status, JSON.stringify(change)).toBeLessThan(500);
  }
  expect(await stateOf(attack.keyturn, attack.request)).not.toBe('rejected');
});

it('row 9: a body beyond the limit is refused before it is kept', async () => {
  const { keyturn } = await underAttack();
  const { port } = new URL(keyturn.url);
  const head = `POST /api/messages HTTP/1.1\r\nHost: keyturn\r\nContent-Length: ${10 * 1024 * 1024}\r\n\r\n`;
  expect(await exchange(Number(port), [head])).toMatchObject({ status: 413 });
});
