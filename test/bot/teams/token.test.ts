import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { endpointsOf } from '../../../bot/teams/endpoints.ts';
import type { Credentials } from '../../../bot/teams/settings.ts';
import { CONNECTOR, tokenSource } from '../../../bot/teams/token.ts';
import { startFakeTeams } from '../../helpers/fake-teams/fake-teams.ts';
import { APP_ID } from '../../helpers/fake-teams/world.ts';
import { teamsSettings } from '../../helpers/start-teams.ts';

async function sourceWith(credentials: Credentials, at = { ms: 0 }) {
  const teams = await startFakeTeams();
  onTestFinished(() => teams.stop());
  const settings = { ...teamsSettings(teams), credentials };
  return { teams, at, tokens: tokenSource(settings, endpointsOf(settings), CONNECTOR, () => at.ms) };
}

/** The address that an App Service has for its identity. */
async function appService() {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { searchParams, pathname } = new URL(request.url ?? '', 'http://here');
    asked.push(pathname);
    const isRight =
      request.headers['x-identity-header'] === 'the-word' &&
      searchParams.get('api-version') === '2019-08-01' &&
      searchParams.get('resource') === CONNECTOR &&
      searchParams.get('client_id') === APP_ID;
    // It says when the token ends as a time, and not in how many seconds.
    const answer = { access_token: `token-${asked.length}`, expires_on: '1900000000', token_type: 'Bearer' };
    response
      .writeHead(isRight ? 200 : 401, { 'content-type': 'application/json' })
      .end(JSON.stringify(isRight ? answer : { error: 'the-word was expected' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { asked, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/msi/token` };
}

it('asks an App Service for the identity of the app, with its word, and again before the token ends', async () => {
  const { asked, endpoint } = await appService();
  const { tokens, at } = await sourceWith({ identityEndpoint: endpoint, identityHeader: 'the-word' });
  expect(await tokens.token()).toBe('token-1');
  expect(await tokens.token()).toBe('token-1');
  at.ms = 5 * 60_000;
  expect(await tokens.token()).toBe('token-2');
  expect(asked).toEqual(['/msi/token', '/msi/token']);
});

it('says that there is no token, and not which word was wrong', async () => {
  const { endpoint } = await appService();
  const { tokens } = await sourceWith({ identityEndpoint: endpoint, identityHeader: 'another-word' });
  const failure = await tokens.token().catch(String);
  expect(failure).toContain('Microsoft gives no token');
  expect(failure).not.toMatch(/word/);
});

it('proves itself with what Kubernetes wrote, as it stands there now', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-token-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'azure-identity-token');
  writeFileSync(file, 'header.first.signature\n');
  const { teams, tokens } = await sourceWith({ federatedTokenFile: file });
  teams.assertion = 'header.first.signature';
  expect(teams.tokens.has(await tokens.token())).toBe(true);
  // The next one is there before the last has ended, and the last is not taken any more.
  teams.assertion = 'header.second.signature';
  tokens.drop();
  await expect(tokens.token()).rejects.toThrow('gives no token');
  writeFileSync(file, 'header.second.signature\n');
  expect(teams.tokens.has(await tokens.token())).toBe(true);
  writeFileSync(file, 'two words');
  tokens.drop();
  await expect(tokens.token()).rejects.toThrow('AZURE_FEDERATED_TOKEN_FILE holds no token');
});
