import { setTimeout as wait } from 'node:timers/promises';
import { type Account, toAccount } from '../core/identity.ts';
import type { Directory } from '../ports/directory.ts';
import type { SlackApi } from './web-api.ts';

/** Whoever asks waits three seconds. */
const MOST_WAIT_MS = 2_000;

/**
 * Slack's user groups. An answer is of this moment or there is none: who was in a group a minute ago
 * may have been taken out because of what they did there.
 */
export function userGroups(api: SlackApi, ownTeam: () => Promise<string | null>): Directory {
  return {
    kind: 'slack_usergroup',
    async membersOf(id): Promise<readonly Account[]> {
      const team = await ownTeam();
      if (team === null) throw new Error('Slack does not say which workspace this is');
      const ask = () => api.call('usergroups.users.list', { usergroup: id });
      let said = await ask();
      if (!said.ok && 'busyMs' in said && said.busyMs <= MOST_WAIT_MS) {
        await wait(said.busyMs);
        said = await ask();
      }
      if (!said.ok) throw new Error('error' in said ? said.error : 'Slack asks for time');
      const { users } = said.data;
      if (!Array.isArray(users)) throw new Error('Slack names no users');
      return users.map((user) => toAccount('slack', `${team}/${String(user)}`));
    },
  };
}
