import { describe, expect, it, onTestFinished } from 'vitest';
import { githubWorld } from './world.ts';

const MINUTE = 60_000;
const START = Date.parse('2030-01-01T00:00:00Z');

describe('the sweep over GitHub', () => {
  async function world(...named: { id: number; environment: string | null }[]) {
    const clock = { now: START };
    const { github, connector, down } = await githubWorld(
      () => clock.now,
      () => named,
    );
    onTestFinished(() => down());
    const found = async () => {
      const holds = (await connector.reconcile?.(new AbortController().signal)) ?? [];
      return holds.map(({ submission }) => submission.target.environment);
    };
    const calls = (part: string) => github.calls.filter((call) => call.includes(part)).length;
    return { github, clock, named, found, calls };
  }

  it('finds what waits for the environments that clients name, and for all where one names none', async () => {
    const { github, named, found } = await world({ id: 7300, environment: 'dev' });
    github.wait('one', { environments: ['prod', 'dev'] });
    expect(await found()).toEqual(['dev']);
    named.push({ id: 7300, environment: null });
    expect(await found()).toEqual(['prod', 'dev']);
  });

  it('asks nothing of repositories that no client names, and lists them without a right to their content', async () => {
    const { github, found, calls } = await world({ id: 7300, environment: null });
    github.alsoInstalledIn.push({ id: 7400, full_name: 'acme/else' });
    await found();
    expect([calls('/repos/acme/api/'), calls('/repos/acme/else/')]).toEqual([1, 0]);
    expect(github.tokensGiven('all')).toEqual([{ metadata: 'read' }]);
  });

  it('asks nothing at all where no client names a repository', async () => {
    const { github, found } = await world();
    expect([await found(), github.calls]).toEqual([[], []]);
  });

  it('asks again where repositories are after ten minutes, and when clients name others', async () => {
    const { clock, named, found, calls } = await world({ id: 7300, environment: null });
    const asked: number[] = [];
    for (const laterMs of [0, 9 * MINUTE, 2 * MINUTE]) {
      clock.now += laterMs;
      await found();
      asked.push(calls('/app/installations/77'));
    }
    named.push({ id: 7500, environment: null });
    await found();
    expect(
      [...asked, calls('/app/installations/77')].map((count, nth, all) => count - (all[nth - 1] ?? 0)),
    ).toEqual([2, 0, 1, 1]);
  });
});
