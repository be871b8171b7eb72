/** What people can type. A number is a request's. A comment that is missing is asked for in a form. */
export type Typed =
  | OnRequest
  | { readonly name: 'list'; readonly which: 'waiting' | 'pending' | 'mine' | 'all' }
  /** Without a code, for one; with it, from the account that is to be linked. */
  | { readonly name: 'link'; readonly code: string | null }
  | { readonly name: 'audit export'; readonly from: string | null; readonly to: string | null }
  | { readonly name: 'audit verify' | 'freeze status' | 'help' };

export type OnRequest =
  | { readonly name: NumberName; readonly number: number }
  | { readonly name: CommentName; readonly number: number; readonly comment: string | null }
  | {
      readonly name: 'settle';
      readonly number: number;
      readonly status: 'succeeded' | 'failed';
      readonly comment: string | null;
    };

type NumberName = (typeof NUMBER_NAMES)[number] | 'policy explain';
type CommentName = 'reject' | 'flag' | 'revoke' | 'stop';

export type Parsed =
  | { readonly ok: true; readonly typed: Typed }
  | { readonly ok: false; readonly problem: string };

export const LONGEST_COMMENT = 2_000;
const LONGEST_LINE = 4_000;
const LISTS = ['pending', 'mine', 'all'] as const;
const NUMBER_NAMES = ['show', 'approve', 'clear', 'cancel', 'break-glass', 'post-review', 'who'] as const;
const COMMENT_NAMES = ['reject', 'flag', 'revoke', 'stop'] as const;
const WORD = /^\S+/;

/**
 * One line into a command, without ever guessing: a word too many is a problem and not ignored, and
 * nothing of the line is repeated in an answer. It decides nothing and knows no request.
 */
export function parse(line: string): Parsed {
  if (line.length > LONGEST_LINE) return no(`That is longer than ${LONGEST_LINE} characters.`);
  // Half a character cannot be put on record, so it cannot be said either.
  if (!line.isWellFormed()) return no('That is not valid text.');
  const [verb, rest] = firstWord(line);
  const name = verb.toLowerCase();
  if (name === '' || name === 'help') return rest === '' ? yes({ name: 'help' }) : no('help stands alone.');
  if (name === 'list') return parseList(rest);
  if (isOneOf(NUMBER_NAMES, name)) return withNumber(name, rest);
  if (isOneOf(COMMENT_NAMES, name)) return withComment(name, rest);
  if (name === 'settle') return parseSettle(rest);
  if (name === 'link') return parseLink(rest);
  const [second, further] = firstWord(rest);
  switch (`${name} ${second.toLowerCase()}`) {
    case 'policy explain':
      return withNumber('policy explain', further);
    case 'audit export':
      return parseExport(further);
    case 'audit verify':
      return further === '' ? yes({ name: 'audit verify' }) : no('audit verify stands alone.');
    case 'freeze status':
      return further === '' ? yes({ name: 'freeze status' }) : no('freeze status stands alone.');
    default:
      return no('There is no such command.');
  }
}

/** As it would be typed. `parse` gives the same back. */
export function print(typed: Typed): string {
  switch (typed.name) {
    case 'list':
      return typed.which === 'waiting' ? 'list' : `list ${typed.which}`;
    case 'settle':
      return words(typed.name, typed.number, typed.status, typed.comment);
    case 'link':
      return words(typed.name, typed.code);
    case 'audit export':
      return words(typed.name, typed.from, typed.to);
    case 'reject':
    case 'flag':
    case 'revoke':
    case 'stop':
      return words(typed.name, typed.number, typed.comment);
    case 'audit verify':
    case 'freeze status':
    case 'help':
      return typed.name;
    default:
      return words(typed.name, typed.number);
  }
}

function words(...parts: readonly (string | number | null)[]): string {
  return parts.filter((part) => part !== null).join(' ');
}

function firstWord(text: string): readonly [string, string] {
  const trimmed = text.trim();
  const word = WORD.exec(trimmed)?.[0] ?? '';
  return [word, trimmed.slice(word.length).trim()];
}

function parseList(rest: string): Parsed {
  const which = rest.toLowerCase();
  if (which === '') return yes({ name: 'list', which: 'waiting' });
  return isOneOf(LISTS, which)
    ? yes({ name: 'list', which })
    : no('list takes pending, mine or all, or nothing.');
}

function withNumber(name: NumberName, rest: string): Parsed {
  const [word, further] = firstWord(rest);
  const number = readNumber(word);
  if (number === null) return no(`${name} needs the number of a request, such as ${name} 1042.`);
  // "approve 1042 lgtm" must not look as if the words after the number counted for something.
  if (further !== '') return no(`${name} takes the number of a request and nothing more.`);
  return yes({ name, number });
}

function withComment(name: CommentName, rest: string): Parsed {
  const [word, comment] = firstWord(rest);
  const number = readNumber(word);
  if (number === null) return no(`${name} needs the number of a request, such as ${name} 1042 <why>.`);
  return commented(comment, (text) => ({ name, number, comment: text }));
}

function parseLink(rest: string): Parsed {
  const [code, further] = firstWord(rest);
  if (further !== '' || code.length > 40) return no('link takes a code and nothing more, or nothing.');
  return yes({ name: 'link', code: code === '' ? null : code });
}

function parseSettle(rest: string): Parsed {
  const [word, further] = firstWord(rest);
  const number = readNumber(word);
  const [end, comment] = firstWord(further);
  const status = end.toLowerCase();
  if (number === null || !isOneOf(['succeeded', 'failed'] as const, status)) {
    return no('settle needs the number of a request and how it ended, such as settle 1042 succeeded <why>.');
  }
  return commented(comment, (text) => ({ name: 'settle', number, status, comment: text }));
}

function parseExport(rest: string): Parsed {
  const [from, further] = firstWord(rest);
  const [to, more] = firstWord(further);
  if (more !== '' || ![from, to].every((end) => end === '' || isEnd(end))) {
    return no(
      'audit export takes two days, such as 2026-01-01 2026-03-31, or two entry numbers, or nothing.',
    );
  }
  return yes({ name: 'audit export', from: from || null, to: to || null });
}

function isEnd(text: string): boolean {
  if (/^(0|[1-9][0-9]{0,14})$/.test(text)) return true;
  return /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text) && !Number.isNaN(Date.parse(text));
}

function commented(comment: string, toTyped: (comment: string | null) => Typed): Parsed {
  if (comment.length > LONGEST_COMMENT)
    return no(`The comment is longer than ${LONGEST_COMMENT} characters.`);
  return yes(toTyped(comment === '' ? null : comment));
}

/** `1042` or `#1042`, and no other way to write it. */
function readNumber(word: string): number | null {
  const digits = /^#?([1-9][0-9]{0,9})$/.exec(word)?.[1];
  return digits === undefined ? null : Number(digits);
}

function isOneOf<const T extends string>(words: readonly T[], word: string): word is T {
  return (words as readonly string[]).includes(word);
}

function yes(typed: Typed): Parsed {
  return { ok: true, typed };
}

function no(problem: string): Parsed {
  return { ok: false, problem };
}
