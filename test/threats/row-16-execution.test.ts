import { expect, it } from 'vitest';
import { compileWindows } from '../../bot/cron.ts';
import { HOUR } from '../connectors/api/world.ts';
import { GROUPS, type RulebookChanges, TWO_KEYS } from '../helpers/rulebook.ts';
import { startKeyturn } from '../helpers/start-keyturn.ts';
import { DONE, FakeExecutor, submitApproved, untilState } from '../queue/runs/world.ts';
import { actionsRunBy } from './run-world.ts';

function today(): RulebookChanges {
  const windows = compileWindows('0 0 * * *', 24 * HOUR, 'UTC');
  if (!windows.ok) throw new Error(windows.problem);
  return { freezes: [{ id: 'today', match: {}, windows: windows.windows }] };
}

it.each<[string, string, () => RulebookChanges]>([
  [
    'an approver who leaves',
    'revoked',
    () => ({ gone: ['bob'], groups: { ...GROUPS, dba: ['alice', 'dora'] } }),
  ],
  ['a freeze that starts', 'approved', today],
  ['a second key', 'revoked', () => ({ default: { effect: 'require', plan: TWO_KEYS } })],
])(
  'row 16: %s between the approval and the start keeps Keyturn from running it (%s)',
  async (_what, state, changes) => {
    const executor = new FakeExecutor('once');
    const actions = actionsRunBy(executor);
    const keyturn = await startKeyturn({ actions });
    let end = () => {};
    executor.onRun = () =>
      new Promise((resolve) => {
        end = () => resolve(DONE);
      });
    const running = await submitApproved(keyturn, { version: '0' });
    await untilState(keyturn, running.id, 'executing');
    const waiting = await submitApproved(keyturn, { version: '1' });
    await keyturn.reload({ version: '2', actions, ...changes() });
    end();
    await untilState(keyturn, running.id, 'succeeded', 'dora');
    // Two rounds of offers, with the way free.
    await new Promise((resolve) => setTimeout(resolve, 2_200));
    expect(executor.jobs.map(({ request }) => request)).toEqual([running.id]);
    expect((await keyturn.get('dora', `/v1/requests/${waiting.id}`)).body.state).toBe(state);
  },
  30_000,
);
