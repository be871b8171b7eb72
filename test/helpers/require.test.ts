import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { sharedDir, skipUnless } from './require.ts';

/** Stands in for vitest, whose own `skip` ends the test by throwing. */
function aContext(): { reasons: (string | undefined)[]; skip(reason?: boolean | string): never } {
  const reasons: (string | undefined)[] = [];
  return {
    reasons,
    skip(reason) {
      reasons.push(String(reason));
      throw new Error('skipped');
    },
  };
}

it('runs the test when what it needs is there', () => {
  const context = aContext();
  skipUnless(context, 'redis', true, 'redis');
  expect(context.reasons).toEqual([]);
});

it('skips and names what is missing', () => {
  const context = aContext();
  expect(() => skipUnless(context, 'redis', false, 'curl,shared')).toThrow('skipped');
  expect(context.reasons).toEqual(['needs redis, which is not on this machine']);
});

it('fails when KEYTURN_REQUIRE names what is missing', () => {
  const context = aContext();
  expect(() => skipUnless(context, 'redis', false, 'curl, redis')).toThrow('KEYTURN_REQUIRE names redis');
  expect(context.reasons).toEqual([]);
});

it('fails on a name in KEYTURN_REQUIRE that it does not know, also when nothing is missing', () => {
  expect(() => skipUnless(aContext(), 'redis', true, 'redsi')).toThrow('KEYTURN_REQUIRE names redsi');
});

it('finds shared beside the clone, and says null where there is none', () => {
  const parent = mkdtempSync(join(tmpdir(), 'keyturn-shared-'));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  const clone = join(parent, 'clone');
  expect(sharedDir(clone)).toBeNull();
  mkdirSync(join(parent, 'shared'));
  expect(sharedDir(clone)).toBe(join(parent, 'shared'));
});
