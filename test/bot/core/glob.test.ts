import { describe, expect, it } from 'vitest';
import { matchesAction, matchesTarget } from '../../../bot/core/glob.ts';

function target(text: string) {
  const [system = '', environment = '', ...resource] = text.split('/');
  return { system, environment, resource: resource.join('/') };
}

describe('a glob over actions', () => {
  it.each([
    ['db.export', 'db.export', true],
    ['db.export', 'db.exports', false],
    ['db.export', 'xdb.export', false],
    ['db.*', 'db.export', true],
    ['db.*', 'db.export.all', true],
    ['db.*', 'db', false],
    ['db.*', 'dbx.export', false],
    ['*.export', 'db.export', true],
    ['*', 'anything.at-all', true],
    ['**', 'anything', true],
    ['d*.e*t', 'db.export', true],
    ['d*.e*t', 'db.exports', false],
    ['a*b*c', 'aXbXbXc', true],
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
  ])('%s and %s: %s', (pattern, action, expected) => {
    expect(matchesAction(pattern, action)).toBe(expected);
  });

  it('takes no character for a pattern of its own', () => {
    expect(matchesAction('db.export', 'dbxexport')).toBe(false);
    expect(matchesAction('a+', 'aa')).toBe(false);
    expect(matchesAction('[ab]', 'a')).toBe(false);
    expect(matchesAction('a?', 'a')).toBe(false);
  });
});

describe('a glob over targets', () => {
  it.each([
    ['postgres/prod/orders', 'postgres/prod/orders', true],
    ['postgres/prod/orders', 'postgres/prod/orders/x', false],
    ['postgres/prod/*', 'postgres/prod/orders', true],
    // The resource is one part, whatever slashes it has.
    ['postgres/prod/*', 'postgres/prod/a/b/c', true],
    ['postgres/prod/a/*', 'postgres/prod/a/b/c', true],
    ['postgres/*/orders', 'postgres/prod/orders', true],
    ['postgres/*/orders', 'postgres/prod/x/orders', false],
    ['*/prod/orders', 'postgres/prod/orders', true],
    ['postgres/**', 'postgres/prod/orders', true],
    ['postgres/**', 'postgres2/prod/orders', false],
    ['postgres/*', 'postgres/prod/orders', false],
    ['**', 'a/b/c', true],
    ['*', 'a/b/c', false],
    ['*/*/*', 'a/b/c/d', true],
    ['**/orders', 'postgres/prod/orders', true],
    ['post**', 'postgres/prod/orders', true],
    ['post*/prod/**', 'postgres/prod/a/b', true],
    ['k8s/pr*/**', 'k8s/staging/web', false],
  ])('%s and %s: %s', (pattern, text, expected) => {
    expect(matchesTarget(pattern, target(text))).toBe(expected);
  });

  it('row 7b: tells prod from Prod, and a part from a slash inside of one', () => {
    expect(matchesTarget('postgres/prod/**', target('postgres/Prod/orders'))).toBe(false);
    expect(matchesTarget('a/*/c', { system: 'a', environment: 'b/b', resource: 'c' })).toBe(false);
  });
});

describe('row 23: the cost of a glob', () => {
  it('grows with pattern and value, not beyond', () => {
    const start = performance.now();
    expect(matchesTarget(`${'*a'.repeat(150)}b`, target(`s/e/${'a'.repeat(250)}`))).toBe(false);
    expect(matchesAction(`${'a*'.repeat(60)}b`, 'a'.repeat(128))).toBe(false);
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});
