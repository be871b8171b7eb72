import { expect, it } from 'vitest';
// @ts-expect-error: a script for CI, in plain JavaScript, without types.
import { findingsOf } from './npm-audit.mjs';

const report = (severity: string) =>
  JSON.stringify({ vulnerabilities: { bad: { name: 'bad', severity, range: '<2.0.0' } } });

it('fails for what the registry calls high or critical, and names it', () => {
  expect(findingsOf(report('high'))).toEqual(['bad <2.0.0: high']);
  expect(findingsOf(report('critical'))).toEqual(['bad <2.0.0: critical']);
});

it('finds nothing in a clean report, or in one of lesser findings', () => {
  expect(findingsOf('{"vulnerabilities":{}}')).toEqual([]);
  expect(findingsOf(report('moderate'))).toEqual([]);
});

it.each([
  ['nothing', ''],
  ['a page of HTML', '<html>405</html>'],
  ['an error of the registry', '{"message":"405 Method Not Allowed","statusCode":405}'],
  ['null', 'null'],
])('takes %s for no answer, and not for a clean one', (_what, stdout) => {
  expect(findingsOf(stdout)).toBeNull();
});
