import { expect, it } from 'vitest';
import { type Change, changed, lineOf, problemsOf } from './sound-policy.ts';

export type Case = readonly [title: string, change: Change, path: string, message: string];

/** Each change makes one problem, on the line that it marks. */
export function refusesEach(cases: readonly Case[]): void {
  it.each(cases)('refuses %s', (_title, change, path, message) => {
    const text = changed(change);
    expect(problemsOf(text)).toEqual([
      { line: lineOf(text), path, message: expect.stringContaining(message) },
    ]);
  });
}
