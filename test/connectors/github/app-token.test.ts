import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installationTokens } from '../../../connectors/github/app-token.ts';
import { PlaceOfAFake } from '../../helpers/place-of-a-fake.ts';
import { PRIVATE_KEY } from './fake-github.ts';

interface Asked {
  readonly path: string;
  readonly body: unknown;
}

describe('tokens of an installation', () => {
  const asked: Asked[] = [];
  let status = 201;
  const github = new PlaceOfAFake(async (incoming, response) => {
    asked.push({ path: incoming.url ?? '', body: await json(incoming) });
    response.writeHead(status, { 'content-type': 'application/json' });
    const token = `ghs_${asked.length}`;
    response.end(JSON.stringify({ token, expires_at: '2030-01-01T01:00:00Z' }));
  });
  const now = Date.parse('2030-01-01T00:00:00Z');
  const tokens = () =>
    installationTokens({ appId: '1', privateKey: PRIVATE_KEY, apiUrl: github.url, now: () => now });
  const { signal } = new AbortController();
  beforeAll(() => github.up());
  afterAll(() => github.down());

  it('are for one repository each, with four rights and no more', async () => {
    const tokenFor = tokens();
    const [one, other, again] = [
      await tokenFor(77, 1, signal),
      await tokenFor(77, 2, signal),
      await tokenFor(77, 1, signal),
    ];
    expect([one === other, one === again]).toEqual([false, true]);
    const permissions = { actions: 'read', contents: 'read', deployments: 'write', pull_requests: 'read' };
    const path = '/app/installations/77/access_tokens';
    expect(asked).toEqual([
      { path, body: { repository_ids: [1], permissions } },
      { path, body: { repository_ids: [2], permissions } },
    ]);
  });

  it('are not taken from an answer that is no "created"', async () => {
    status = 200;
    await expect(tokens()(77, 1, signal)).rejects.toThrow('GitHub answers 200 to the App');
    status = 201;
  });

  it('are kept for a thousand repositories, and not for ever more', async () => {
    const tokenFor = tokens();
    asked.length = 0;
    for (let repository = 1; repository <= 1_001; repository += 1) await tokenFor(77, repository, signal);
    await tokenFor(77, 1, signal);
    expect(asked).toHaveLength(1_001);
    await tokenFor(77, 1_002, signal);
    await tokenFor(77, 1, signal);
    expect(asked).toHaveLength(1_003);
  });
});
