import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../bot/core/canonical-json.ts';
import { isPointer, redact } from '../../../bot/core/redaction.ts';

describe('redact', () => {
  it.each<[string, JsonObject, string]>([
    ['a string', { a: 'hunter2' }, '⟦redacted: string, 7 characters⟧'],
    ['an empty string', { a: '' }, '⟦redacted: string, 0 characters⟧'],
    ['a string of wide characters', { a: '🚀🚀' }, '⟦redacted: string, 2 characters⟧'],
    ['a number', { a: -1.5 }, '⟦redacted: number, 4 characters⟧'],
    ['a boolean', { a: true }, '⟦redacted: boolean, 4 characters⟧'],
    ['null', { a: null }, '⟦redacted: null, 4 characters⟧'],
    ['a list', { a: [1, 'x'] }, '⟦redacted: array, 7 characters⟧'],
    ['an object', { a: { b: 1 } }, '⟦redacted: object, 7 characters⟧'],
  ])('replaces %s by its kind and length', (_what, payload, mark) => {
    expect(redact(payload, ['/a'])).toEqual({ payload: { a: mark }, redacted: ['/a'] });
  });

  it('reaches into lists and objects, and leaves their other values', () => {
    const { payload } = redact({ argv: ['login', 'secret'], env: { A: 'x', B: 'y' } }, ['/env/B', '/argv/1']);

    expect(payload).toEqual({
      argv: ['login', '⟦redacted: string, 6 characters⟧'],
      env: { A: 'x', B: '⟦redacted: string, 1 characters⟧' },
    });
  });

  it('reads ~1 as a slash and ~0 as a tilde', () => {
    const { payload, redacted } = redact({ 'a/b': 'x', '~1': 'y', 'm~n': 'z' }, ['/a~1b', '/~01', '/m~0n']);

    expect(Object.values(payload).join()).not.toMatch(/[xyz]/);
    expect(redacted).toEqual(['/a~1b', '/m~0n', '/~01']);
  });

  it('lists each pointer that hit once, sorted, and none that missed', () => {
    const payload = { b: '1', a: ['2'] };

    expect(redact(payload, ['/b', '/a/0', '/b', '/a/1', '/a/00', '/a/-', '/c', '/b/0']).redacted).toEqual([
      '/a/0',
      '/b',
    ]);
  });

  it('takes the outer of two nested pointers', () => {
    expect(redact({ a: { b: 'x' } }, ['/a/b', '/a'])).toEqual({
      payload: { a: '⟦redacted: object, 9 characters⟧' },
      redacted: ['/a'],
    });
  });

  it('row 22: redacts under a __proto__ key, and keeps one that it does not redact', () => {
    const payload = JSON.parse('{"__proto__":{"token":"x","user":"y"}}');

    expect(JSON.stringify(redact(payload, ['/__proto__/token']).payload)).toBe(
      '{"__proto__":{"token":"⟦redacted: string, 1 characters⟧","user":"y"}}',
    );
  });

  it('finds nothing that is inherited', () => {
    expect(redact({ a: [] }, ['/constructor', '/a/length', '/toString']).redacted).toEqual([]);
  });

  it('does not change what will run', () => {
    const payload = { a: { b: ['secret'] } };
    redact(payload, ['/a/b/0']);

    expect(payload).toEqual({ a: { b: ['secret'] } });
  });

  it('throws for a pointer that cannot be read, where showing the value would leak it', () => {
    expect(() => redact({ secret: 'x' }, ['secret'])).toThrow(TypeError);
  });
});

describe('isPointer', () => {
  it.each(['/a', '/', '/a/0', '/~0~1', '//', '/a b/ü'])('takes "%s"', (text) => {
    expect(isPointer(text)).toBe(true);
  });

  it.each(['a', 'a/b', '/~', '/~2', '/a~', '#/a'])('refuses "%s"', (text) => {
    expect(isPointer(text)).toBe(false);
  });

  it('refuses the pointer to the whole payload, which would leave nothing to approve', () => {
    expect(isPointer('')).toBe(false);
  });
});
