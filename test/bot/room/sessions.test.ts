import { expect, it } from 'vitest';
import type { PersonId } from '../../../bot/core/request.ts';
import { createSessions, SESSION_LIFE_MS } from '../../../bot/room/sessions.ts';
import { seededRandom } from '../../helpers/seeded-random.ts';

const BOB = { person: 'psn_bob' as PersonId, by: 'session', credential: 'c' } as const;
const aJar = () => createSessions(seededRandom('jar').bytes);

it('takes both secrets of a session, and neither of them alone or with that of another', () => {
  const sessions = aJar();
  const [one, other] = [sessions.open(BOB, 0), sessions.open(BOB, 0)];
  expect(sessions.find(one.cookie, one.key, 1)).toMatchObject(BOB);
  for (const [cookie, key] of [
    [one.cookie, null],
    [null, one.key],
    [one.cookie, other.key],
    [other.cookie, one.key],
    [one.key, one.cookie],
    ['', ''],
  ] as const) {
    expect(sessions.find(cookie, key, 1)).toBeNull();
  }
});

it('ends a session after its life, to the millisecond, however much it was used', () => {
  const sessions = aJar();
  const { cookie, key } = sessions.open(BOB, 0);
  expect(sessions.find(cookie, key, SESSION_LIFE_MS - 1)).not.toBeNull();
  expect(sessions.find(cookie, key, SESSION_LIFE_MS)).toBeNull();
});

it('ends a session when its person signs out, and no other one', () => {
  const sessions = aJar();
  const [one, other] = [sessions.open(BOB, 0), sessions.open(BOB, 0)];
  const session = sessions.find(one.cookie, one.key, 1);
  if (session !== null) sessions.close(session);
  expect(sessions.find(one.cookie, one.key, 1)).toBeNull();
  expect(sessions.find(other.cookie, other.key, 1)).not.toBeNull();
});

it('keeps twenty sessions of one person and drops the oldest', () => {
  const sessions = aJar();
  const all = Array.from({ length: 21 }, () => sessions.open(BOB, 0));
  expect(all.map(({ cookie, key }) => sessions.find(cookie, key, 1) !== null)).toEqual([
    false,
    ...Array.from({ length: 20 }, () => true),
  ]);
});
