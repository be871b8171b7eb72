import { describe, expect, it } from 'vitest';
import { HELP } from '../../../bot/commands/help.ts';
import { parse } from '../../../bot/commands/parse.ts';

const typed = (line: string) => {
  const parsed = parse(line);
  return parsed.ok ? parsed.typed : parsed.problem;
};

describe('what people type', () => {
  it.each([
    ['', { name: 'help' }],
    ['  HELP ', { name: 'help' }],
    ['list', { name: 'list', which: 'waiting' }],
    ['list Mine', { name: 'list', which: 'mine' }],
    ['show #1042', { name: 'show', number: 1042 }],
    ['Approve 1042', { name: 'approve', number: 1042 }],
    ['reject 7  wrong   week', { name: 'reject', number: 7, comment: 'wrong   week' }],
    ['reject 7', { name: 'reject', number: 7, comment: null }],
    ['flag 7 two\nlines', { name: 'flag', number: 7, comment: 'two\nlines' }],
    ['stop 7', { name: 'stop', number: 7, comment: null }],
    ['settle 7 Failed it is gone', { name: 'settle', number: 7, status: 'failed', comment: 'it is gone' }],
    ['break-glass 7', { name: 'break-glass', number: 7 }],
    ['policy explain 7', { name: 'policy explain', number: 7 }],
    ['audit export 2026-01-01 2026-03-31', { name: 'audit export', from: '2026-01-01', to: '2026-03-31' }],
    ['audit export', { name: 'audit export', from: null, to: null }],
    ['audit verify', { name: 'audit verify' }],
    ['freeze status', { name: 'freeze status' }],
  ])('reads %j', (line, command) => {
    expect(typed(line)).toEqual(command);
  });

  it.each([
    ['approve', /needs the number/],
    ['approve 1042 lgtm', /nothing more/],
    ['approve 01042', /needs the number/],
    ['approve 1e3', /needs the number/],
    ['approve -1', /needs the number/],
    ['approve １０４２', /needs the number/],
    ['approve 99999999999', /needs the number/],
    ['lgtm', /no such command/],
    ['list everything', /takes pending, mine or all/],
    ['settle 7 maybe so', /how it ended/],
    ['policy', /no such command/],
    ['audit export yesterday', /two days/],
    ['audit export 2026-13-45', /two days/],
    ['help me', /stands alone/],
    [`reject 7 ${'x'.repeat(2_001)}`, /longer than 2000/],
    ['x'.repeat(4_001), /longer than 4000/],
    ['reject 7 half \ud800', /not valid text/],
  ])('refuses %j', (line, problem) => {
    expect(typed(line)).toMatch(problem);
  });

  it('has a line of help for every command, and a command for every line of help', () => {
    for (const { usage } of HELP) {
      const example = usage
        .replace(/ \[.*/, '')
        .replace('N', '7')
        .replace('succeeded|failed', 'failed')
        .replace(/<.*>/, 'because');
      expect(parse(example), example).toMatchObject({ ok: true });
    }
  });
});
