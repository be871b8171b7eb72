import { expect, it } from 'vitest';
import { isHarmless } from '../../../connectors/hook/harmless.ts';
import { toAction } from '../../../connectors/hook/submission.ts';

const call = (tool: string, input: unknown) => ({
  ...{ event: 'PreToolUse', session: 's', id: 'i', cwd: '/' },
  ...{ tool, input },
});
const bash = (command: unknown, more = {}) => call('Bash', { command, ...more });

it.each([
  ['a second command', bash('ls; rm -rf /')],
  ['a second line', bash('ls\nrm -rf /')],
  ['a pipe', bash('cat a | sh')],
  ['a redirection', bash('echo x > ~/.bashrc')],
  ['a substitution', bash('ls $(rm -rf /)')],
  ['a backtick', bash('ls `id`')],
  ['a background job', bash('ls & rm a')],
  ['a quote', bash("ls 'a'")],
  ['a brace', bash('ls {a,b}')],
  ['a home', bash('cat ~/.ssh/id_ed25519')],
  ['a variable before it', bash('LD_PRELOAD=./a.so ls')],
  ['a path before it', bash('./ls')],
  ['a command that is not listed', bash('git status')],
  ['no command', bash('')],
  ['a command that is no text', bash(['ls'])],
  ['a switch of the agent’s sandbox', bash('ls', { dangerouslyDisableSandbox: true })],
  ['a tool of another case', call('read', {})],
  ['a tool that nobody knows', call('constructor', {})],
])('holds %s', (_what, held) => {
  expect(isHarmless(held, [])).toBe(false);
});

it('takes a name that the operator gives for that tool alone', () => {
  expect(isHarmless(call('EditAll', {}), ['Edit'])).toBe(false);
  expect(isHarmless(call('mcp__prod__drop', {}), ['mcp__docs__*'])).toBe(false);
});

it.each([
  ['Bash', 'tool.bash'],
  ['mcp__github__merge_pull_request', 'mcp.github.merge_pull_request'],
  ['mcp__a__b__c', 'mcp.a.b__c'],
  ['Some Tool.v2', 'tool.some_tool_v2'],
])('names the action of %s', (tool, action) => {
  expect(toAction(tool)).toBe(action);
});
