import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { loadSdk } from '../../../bot/teams/sdk.ts';
import { startKeyturn } from '../../helpers/start-keyturn.ts';
import { startWithTeams } from '../../helpers/start-teams.ts';

const loaded = () =>
  Object.keys(createRequire(import.meta.url).cache).filter((file) =>
    /node_modules\/(botbuilder|@microsoft\/teams-ai)/.test(file),
  );

// In this order, and in one test: what is loaded once stays loaded.
it("loads Microsoft's libraries where Teams is configured, and nowhere else", async () => {
  await startKeyturn();
  expect(loaded()).toEqual([]);
  await startWithTeams();
  expect(loaded().length).toBeGreaterThan(100);
});

it.each(['botbuilder', '@microsoft/teams-ai'])('says what to install where %s is not there', (missing) => {
  const load = (name: string) => {
    if (name === missing) throw new Error(`Cannot find module '${name}'`);
    return {};
  };
  expect(() => loadSdk(load)).toThrow(
    `Teams is configured and needs ${missing}, which is not there: npm install botbuilder@4.23.3 @microsoft/teams-ai@1.7.4`,
  );
});

it('starts nothing with an empty app id, nor the playground where others can reach it', async () => {
  const settings = { appId: '', tenantId: 't', credentials: null, apiUrl: null, playground: false };
  await expect(startKeyturn({}, { config: { teams: settings } })).rejects.toThrow('TEAMS_APP_ID is empty');
  const playground = { ...settings, appId: 'x', playground: true };
  const listen = { host: '0.0.0.0', port: 0, publicUrl: null };
  await expect(startKeyturn({}, { listen, config: { teams: playground } })).rejects.toThrow(
    'KEYTURN_TEAMS_PLAYGROUND',
  );
});
