import { describe, expect, it } from 'vitest';
import { changedPaths, policyDiff } from '../../../bot/core/policy-diff.ts';
import type { PersonId } from '../../../bot/core/request.ts';
import { compileRulebook } from '../../../bot/policy-file/compile.ts';
import { hash, SOUND, soundFile } from '../policy-file/sound-policy.ts';

describe('what one policy changes of another', () => {
  it.each([
    ['something new', { a: 1 }, { a: 1, b: { c: 2 } }, '+ b: {"c":2}'],
    ['something gone', { a: 1, b: 2 }, { a: 1 }, '- b: 2'],
    ['another value', { a: { b: 1 } }, { a: { b: 2 } }, '~ a.b: 1 → 2'],
    ['another list', { a: [1, 2] }, { a: [1] }, '~ a: [1,2] → [1]'],
    ['another kind of value', { a: { b: 1 } }, { a: [1] }, '~ a: {"b":1} → [1]'],
    ['nothing', { a: [{ id: 'x' }] }, { a: [{ id: 'x' }] }, 'nothing that decides has changed'],
  ])('is said for %s', (_what, before, after, expected) => {
    expect(policyDiff(before, after)).toBe(expected);
  });

  it('goes by id where entries have one, so that a rule that moved is no change', () => {
    const [x, y] = [
      { id: 'x', effect: 'deny' },
      { id: 'y', effect: 'allow' },
    ];
    expect(policyDiff({ rules: [x, y] }, { rules: [y, x] })).toBe('nothing that decides has changed');
    expect(policyDiff({ rules: [x, y] }, { rules: [y, { ...x, effect: 'require' }] })).toBe(
      '~ rules.x.effect: "deny" → "require"',
    );
  });

  it('is bounded, and says how much it leaves out', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`k${n}`, 'x'.repeat(1_000)]));
    const lines = policyDiff({}, many).split('\n');
    expect([lines.length, lines.at(-1)]).toEqual([201, 'and 300 lines more']);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(401);
  });

  it('names the keys that differ', () => {
    expect(
      changedPaths({ listen: { port: 1, host: 'a' } }, { listen: { port: 2, host: 'a' }, x: 1 }),
    ).toEqual([['listen', 'port'], ['x']]);
  });
});

it('says which token was replaced, and holds no token hash', () => {
  const textOf = (text: string) => compileRulebook(soundFile(text), (key) => key as PersonId, new Map()).text;
  const [before, after] = [textOf(SOUND), textOf(SOUND.replace(hash('d'), hash('e')))];
  for (const digit of ['a', 'b', 'c', 'd', 'e']) expect(before + after).not.toContain(hash(digit));
  expect(policyDiff(JSON.parse(before), JSON.parse(after))).toBe(
    '~ clients.deploy-agent.auth.tokens: ["dddddddd"] → ["eeeeeeee"]',
  );
});
