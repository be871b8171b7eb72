import { expect, it } from 'vitest';
import { expectProblem } from '../connectors/api/world.ts';
import { aSubmission, startKeyturn } from '../helpers/start-keyturn.ts';
import { submitApproved, untilState } from '../queue/runs/world.ts';
import { actionsOf, aFolder, commandOf } from './run-world.ts';

it.each([
  ['; a command', '; touch pwned'],
  ['a substitution', '$(touch pwned)'],
  ['backticks', '`touch pwned`'],
  ['a line of its own', 'x\ntouch pwned'],
  ['a pipe and quotes', `'"|| touch pwned #`],
  ['a glob and a variable', '* $HOME ~'],
  ['another placeholder', '{/other}'],
])(
  'row 21: %s in a payload is one argument, and nothing else',
  async (_what, value) => {
    const folder = aFolder();
    const program = folder.program('run.sh', `printf '%s|' $# "$@" > ${folder.path}/got`);
    const actions = actionsOf(commandOf([program, '{/version}', 'fixed'], folder.path));
    const keyturn = await startKeyturn({ actions });
    const { id } = await submitApproved(keyturn, { version: value, other: 'touch pwned' });
    await untilState(keyturn, id, 'succeeded');
    expect(folder.read('got')).toBe(`2|${value}|fixed|`);
    expect(folder.has('pwned')).toBe(false);
  },
  30_000,
);

it.each([
  ['an option', { version: '--force' }],
  ['a short option', { version: '-rf' }],
  ['a NUL', { version: 'a\0b' }],
  ['a number', { version: 42 }],
  ['a list', { version: ['a', 'b'] }],
  ['nothing', {}],
])('row 21: %s where the command takes an argument is refused when it is asked', async (_what, payload) => {
  const folder = aFolder();
  const program = folder.program('run.sh', `touch ${folder.path}/ran`);
  const actions = actionsOf(commandOf([program, '{/version}'], folder.path));
  const keyturn = await startKeyturn({ actions });
  expectProblem(await keyturn.post('agent', '/v1/requests', aSubmission({ payload })), 'INVALID');
  expect(folder.has('ran')).toBe(false);
});
