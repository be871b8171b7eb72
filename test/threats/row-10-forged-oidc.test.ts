import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { readLog } from '../connectors/api/world.ts';
import { exchange, oidcWorld } from '../connectors/oidc/world.ts';
import { type Changes, FakeIssuer } from '../helpers/fake-issuer.ts';

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

it.each<[string, Changes]>([
  ['another audience', { claims: { aud: 'sigstore' } }],
  ['a list of audiences', { claims: { aud: ['keyturn', 'sigstore'] } }],
  ['no audience', { without: ['aud'] }],
  ['another issuer', { claims: { iss: 'https://token.actions.githubusercontent.com' } }],
  ['an issuer with a slash more', { claims: { iss: 'SLASH' } }],
  ['another repository of the same name', { claims: { repository_id: '7301' } }],
  ['no repository', { without: ['repository_id'] }],
  ['a repository that is a list', { claims: { repository_id: ['7300'] } }],
  [
    'a workflow of a fork or branch',
    { claims: { job_workflow_ref: 'acme/api/.github/workflows/deploy.yml@refs/pull/9/merge' } },
  ],
  [
    'the pinned workflow in other letters',
    { claims: { job_workflow_ref: 'ACME/api/.github/workflows/deploy.yml@refs/heads/main' } },
  ],
  ['a time that is over', { claims: { exp: 1_700_000_000 } }],
  ['no end', { without: ['exp'] }],
  ['an end in a year', { claims: { exp: 1_900_000_000 } }],
  ['a beginning in the future', { claims: { iat: 1_900_000_000, exp: 1_900_000_300 } }],
  ['no id', { without: ['jti'] }],
  ['no run', { without: ['run_id'] }],
  ['an actor that is no id', { claims: { actor_id: 'octocat' } }],
  ['a key of somebody else', { foreignKey: true }],
  ['a key id that nobody has', { header: { kid: 'key-9' } }],
  ['no key id', { header: { kid: undefined } }],
  [
    'a key of its own in the header',
    { foreignKey: true, header: { jwk: { kty: 'RSA', e: 'AQAB', n: 'x' } } },
  ],
  ['an address of keys in its header', { foreignKey: true, header: { jku: 'https://evil.example/jwks' } }],
])('row 10: refuses a token with %s, and says no more than that', async (_what, changes) => {
  const world = await oidcWorld();
  const { iss } = changes.claims ?? {};
  const claims = iss === 'SLASH' ? { iss: `${world.issuer.url}/` } : changes.claims;
  const token = await world.issuer.token({ ...changes, ...(claims === undefined ? {} : { claims }) });
  const { status, body } = await exchange(world, token);
  expect([status, body['code']]).toEqual([401, 'UNAUTHENTICATED']);
  expect(Object.keys(body).toSorted()).toEqual(['code', 'detail', 'status', 'title', 'type']);
  const log = await readLog(world.keyturn);
  expect(log.some(({ type }) => type === 'session.opened')).toBe(false);
  expect(log.find(({ type }) => type === 'client.refused')?.data).toMatchObject({ call: 'token' });
});

it('row 10: refuses a token that nobody signed, or that was signed with the public key as a secret', async () => {
  const world = await oidcWorld();
  const claims = encoded(world.issuer.claims());
  const unsigned = `${encoded({ alg: 'none', kid: world.issuer.kid })}.${claims}`;
  const head = `${encoded({ alg: 'HS256', kid: world.issuer.kid })}.${claims}`;
  const hmac = createHmac('sha256', await world.issuer.publicPem())
    .update(head)
    .digest('base64url');
  const good = await world.issuer.token();
  const [header, body] = good.split('.');
  const forged = [
    `${unsigned}.`,
    `${unsigned}.AAAA`,
    `${head}.${hmac}`,
    `${header}.${claims}.${good.split('.')[2]}`,
  ];
  for (const token of [...forged, `${header}.${body}.`, `${good}.x`, good.slice(0, -4)]) {
    expect((await exchange(world, token)).status).toBe(401);
  }
  expect((await exchange(world, good)).status).toBe(201);
});

it('row 10: takes each token once, also of two at the same moment, and after a restart', async () => {
  const world = await oidcWorld();
  const token = await world.issuer.token();
  const both = await Promise.all([exchange(world, token), exchange(world, token)]);
  expect(both.map(({ status }) => status).toSorted()).toEqual([201, 401]);
  expect((await exchange(world, token)).status).toBe(401);
  const keyturn = await world.keyturn.restart();
  expect((await exchange({ keyturn }, token)).status).toBe(401);
});

it('row 10: does not believe an issuer of whom the policy says nothing, nor asks it anything', async () => {
  const world = await oidcWorld();
  const evil = await FakeIssuer.start(() => world.keyturn.clock.wall());
  expect((await exchange(world, await evil.token())).status).toBe(401);
  // Its own keys, and the trusted issuer's name.
  expect((await exchange(world, await evil.token({ claims: { iss: world.issuer.url } }))).status).toBe(401);
  expect(evil.asked).toEqual([]);
});

it('row 10: a token that is two clients’ is nobody’s', async () => {
  const world = await oidcWorld();
  const oidc = world.issuer.trust();
  await world.keyturn.reload({ version: '2', client: { oidc } });
  expect((await exchange(world, await world.issuer.token())).status).toBe(401);
});

it('row 20: takes no keys from another place, also when the issuer’s own document names it', async () => {
  const world = await oidcWorld();
  const evil = await FakeIssuer.start(() => world.keyturn.clock.wall());
  world.issuer.discovery = { jwks_uri: `${evil.url}/jwks` };
  const token = await evil.token({ claims: { iss: world.issuer.url } });
  expect((await exchange(world, token)).status).toBe(401);
  expect(evil.asked).toEqual([]);
});

it.each([
  ['another issuer', { issuer: 'https://token.actions.githubusercontent.com' }],
  ['no address of keys', { jwks_uri: null }],
])('row 20: refuses a discovery document with %s', async (_what, discovery) => {
  const world = await oidcWorld();
  world.issuer.discovery = discovery;
  expect((await exchange(world, await world.issuer.token())).status).toBe(401);
  expect(world.issuer.asked).toEqual(['/.well-known/openid-configuration']);
});

it('row 20: follows no redirect to the keys', async () => {
  const world = await oidcWorld();
  const other = await FakeIssuer.start(() => 0);
  world.issuer.instead = (response, path) =>
    void response.writeHead(302, { location: `${other.url}${path}` }).end();
  expect((await exchange(world, await world.issuer.token())).status).toBe(401);
  expect(other.asked).toEqual([]);
});

it('gives up on an issuer that is slow or says too much, and answers', async () => {
  const world = await oidcWorld();
  world.issuer.instead = (response) => void response.write('{');
  const startedAt = Date.now();
  expect((await exchange(world, await world.issuer.token())).status).toBe(401);
  expect(Date.now() - startedAt).toBeLessThan(9_000);
  world.keyturn.clock.advance(61_000);
  world.issuer.instead = (response) => void response.end(`"${'x'.repeat(400_000)}"`);
  expect((await exchange(world, await world.issuer.token())).status).toBe(401);
  world.keyturn.clock.advance(61_000);
  world.issuer.instead = null;
  expect((await exchange(world, await world.issuer.token())).status).toBe(201);
});

it('asks once for a key that it does not know, and for a hundred of them not more often', async () => {
  const world = await oidcWorld();
  await exchange(world, await world.issuer.token());
  expect(world.issuer.asked).toHaveLength(2);
  await exchange(world, await world.issuer.token());
  expect(world.issuer.asked).toHaveLength(2);
  world.keyturn.clock.advance(61_000);
  const unknown = await world.issuer.token({ header: { kid: 'key-9' } });
  for (let times = 0; times < 100; times += 1) await exchange(world, unknown);
  expect(world.issuer.asked).toHaveLength(4);
  world.keyturn.clock.advance(61_000);
  world.issuer.rotate('key-2');
  expect((await exchange(world, await world.issuer.token())).status).toBe(201);
});
