import { expect, it } from 'vitest';
import { createDirectories } from '../../../bot/app/directories.ts';
import { createRoster } from '../../../bot/app/roster.ts';
import { rulebookInForce } from '../../../bot/app/rulebook-in-force.ts';
import type { PersonId } from '../../../bot/core/request.ts';
import type { ExternalGroup } from '../../../bot/ports/directory.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { FakeDirectory } from '../../helpers/fake-directory.ts';
import { aRulebook, slackAccountOf, type Who } from '../../helpers/rulebook.ts';

const account = (who: Who) => `slack:${slackAccountOf(who)}`;

function kept(members: readonly Who[]) {
  const directory = new FakeDirectory();
  directory.groups.set('G1', members.map(account));
  const clock = new FakeClock();
  const steady = () => clock.steady();
  const rulebook = aRulebook((key) => key as PersonId, {
    groups: { dba: [], security: [] },
    externalGroups: { dba: [{ kind: 'fake_group', id: 'G1' }] },
  });
  const inForce = rulebookInForce(rulebook);
  const roster = createRoster(() => inForce.now, [], steady);
  const failed: ExternalGroup[] = [];
  const directories = createDirectories([directory], { roster, inForce }, steady, (group) =>
    failed.push(group),
  );
  const dba = () => (roster.now.unknownGroups.has('dba') ? 'unknown' : roster.now.policy.members('dba'));
  return { directory, clock, roster, directories, dba, failed };
}

it('what was on its way when a call came is no answer to that call', async () => {
  const { directory, directories, dba } = kept(['bob']);
  directory.hold();
  const first = directories.renew();
  directory.groups.set('G1', [account('dora')]);
  const second = directories.renew();
  directory.release();
  await first;
  expect(dba()).toEqual(['bob']);
  await second;
  expect(dba()).toEqual(['dora']);
  expect(directory.asked).toBe(2);
});

it('calls that come while one waits share the next answer', async () => {
  const { directory, directories } = kept(['bob']);
  directory.hold();
  const calls = Array.from({ length: 50 }, () => directories.renew());
  directory.release();
  await Promise.all(calls);
  expect(directory.asked).toBe(2);
});

it('a slow answer does not take the place of one that was asked for later', () => {
  const { roster, dba } = kept([]);
  const group = { kind: 'fake_group', id: 'G1' };
  roster.learn(group, [account('dora')] as never, 20);
  roster.learn(group, [account('bob')] as never, 10);
  expect(dba()).toEqual(['dora']);
});

it('a failure ends what was known at once, and an answer holds a minute from when it was asked', async () => {
  const { directory, clock, directories, dba, failed } = kept(['bob']);
  expect(dba()).toBe('unknown');
  await directories.renew();
  clock.advance(59_999);
  expect(dba()).toEqual(['bob']);
  clock.advance(1);
  expect(dba()).toBe('unknown');
  await directories.renew();
  directory.failure = new Error('down');
  await directories.renew();
  expect([dba(), failed]).toEqual(['unknown', [{ kind: 'fake_group', id: 'G1' }]]);
});

it('an answer that is the same makes no new rulebook, so that nothing is built anew for it', async () => {
  const { directories, roster } = kept(['bob', 'dora']);
  await directories.renew();
  const before = roster.now;
  await directories.renew();
  expect(roster.now).toBe(before);
});

it('a group that is too large to be one of reviewers counts as no answer', async () => {
  const { directory, directories, dba } = kept([]);
  directory.groups.set(
    'G1',
    Array.from({ length: 2_001 }, (_, nth) => `slack:T01/U${nth}`),
  );
  await directories.renew();
  expect(dba()).toBe('unknown');
});
