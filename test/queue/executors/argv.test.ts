import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { argvProblems, fillArgv, pointerIn } from '../../../queue/executors/argv.ts';

describe('row 21: a payload value is one whole argument or nothing', () => {
  it.each([
    ['; rm -rf /'],
    ['$(reboot)'],
    ['`id`'],
    ['a b'],
    ["a' 'b"],
    ['line\nbreak'],
    ['*'],
    ['{/other}'],
    [''],
  ])('passes %j on as it is', (value) => {
    const argv = ['./migrate.sh', '--', '{/version}'];
    expect(argvProblems(argv, { version: value })).toEqual([]);
    expect(fillArgv(argv, { version: value })).toEqual(['./migrate.sh', '--', value]);
  });

  it.each([
    ['an option where no -- stands before it', '--force', 'begins with -'],
    ['a lone dash', '-', 'begins with -'],
    ['a number', 42, 'must be text'],
    ['null', null, 'must be text'],
    ['a list', ['a'], 'must be text'],
    ['a NUL', 'a\0b', 'NUL'],
    ['more bytes than an argument can have', 'é'.repeat(65_536), 'longer than 131071 bytes'],
  ])('refuses %s', (_what, value, problem) => {
    const problems = argvProblems(['./run', '{/version}'], { version: value });
    expect(problems).toEqual([{ pointer: '/payload/version', problem: expect.stringContaining(problem) }]);
  });

  it('refuses a value that is not there, also one that every object inherits', () => {
    for (const pointer of ['/version', '/constructor', '/__proto__']) {
      expect(argvProblems(['./run', `{${pointer}}`], {})).toEqual([
        { pointer: `/payload${pointer}`, problem: expect.stringContaining('is missing') },
      ]);
    }
  });

  it.each(['/list/', '/list/00', '/list/1e0', '/list/-1', '/list/2', '/list/length', '/text/0'])(
    'refuses %s, which names no item of a list',
    (pointer) => {
      expect(argvProblems(['./run', `{${pointer}}`], { list: ['a', 'b'], text: 'ab' })).toHaveLength(1);
    },
  );

  it('takes an option once -- stands before it, and not when it stands behind', () => {
    expect(argvProblems(['x', '--', '{/v}'], { v: '--force' })).toEqual([]);
    expect(argvProblems(['x', '{/v}', '--'], { v: '--force' })).toHaveLength(1);
  });

  it('fills exactly the arguments that are a pointer, for any text', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (value, literal) => {
        fc.pre(pointerIn(literal) === null);
        expect(fillArgv([literal, '{/v}', 'x{/v}'], { v: value })).toEqual([literal, value, 'x{/v}']);
      }),
    );
  });
});
