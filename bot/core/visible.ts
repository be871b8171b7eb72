import { isJsonArray, isJsonObject, type Json, pointerStep } from './canonical-json.ts';

/** Spaces in a row that are still shown as they are. More of them could push the rest out of sight. */
const MAX_SPACES = 32;

/** More marks than this on one letter climb over the lines above and below it. */
const MAX_MARKS = 3;

const NEEDS_WORK = /[^\x20-\x7e\n]| {33}/;
const NOT_ASCII = /[^\x21-\x7e]/;
const ONLY_ASCII = /^[\x20-\x7e]*$/;
const LATIN = /\p{Script=Latin}/u;
const LOOKS_LATIN = /(?=\p{L})[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}]/u;

// Controls, formats (bidi, zero width, tags), unassigned, private use and lone surrogates; separators;
// fillers and variation selectors; glyphs that are drawn as nothing; and our own brackets.
const HIDDEN = String.raw`\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800\u{13441}\u{13442}\u{16fe4}\u{1d159}⟦⟧`;
const UNSEEN = new RegExp(`[${HIDDEN}]`, 'u');
const NO_LETTER = new RegExp(`[${HIDDEN}\\p{M}]`, 'u');

// Only white space that is still drawn as such ends a token. An exotic space is drawn in brackets, so
// a look-alike cannot leave the Latin word it stands in by putting one beside it.
const PIECES = /[^ \t\r\n]+| {2,}|[\t\r]/g;

const LINE_CHARACTERS = 160;
const CONTINUED = '⟦…⟧';

// What no line may be split in: our brackets, and a letter with the marks that are drawn on it.
const UNSPLIT = /⟦[^⟦⟧]{1,64}⟧|.\p{M}{0,3}/gsu;

/** How one character is drawn: as it is, on what stands before it if that can bear it, or with our brackets. */
interface Look {
  readonly as: 'letter' | 'mark' | 'brackets';
  readonly character: string;
  /** With our brackets, unless it is a letter. */
  readonly text: string;
}

/** The looks of the characters met so far: a hostile text is long, but rarely has many different ones. */
type Looks = Map<string, Look>;

/**
 * Makes every character visible that a reader could miss or take for another one.
 *
 * Nothing is rewritten without a mark. What stands in ⟦ ⟧ is Keyturn's own: the requester cannot
 * write these brackets, for they are escaped as well. So two different texts always look different,
 * and a reader can tell the requester's words from ours.
 *
 * Every step is linear in the length of the text, also for the most hostile one.
 */
export function visible(text: string): string {
  if (!NEEDS_WORK.test(text)) return text;
  const unmixed: Looks = new Map();
  const mixed: Looks = new Map();
  return text.replace(PIECES, (piece) => {
    if (piece === '\t') return '⟦tab⟧';
    if (piece === '\r') return '⟦CR⟧';
    if (piece.startsWith(' ')) return piece.length > MAX_SPACES ? `⟦${piece.length} spaces⟧` : piece;
    if (!NOT_ASCII.test(piece)) return piece;
    const isMixed = LATIN.test(piece) && LOOKS_LATIN.test(piece);
    return showToken(piece, isMixed, isMixed ? mixed : unmixed);
  });
}

function showToken(token: string, isMixed: boolean, looks: Looks): string {
  let shown = '';
  let marks: Look[] = [];
  // A mark after a space is easy to miss, and one after our brackets would deface them.
  let onLetter = false;
  const putMarks = () => {
    if (marks.length === 0) return;
    const kept = onLetter && marks.length <= MAX_MARKS;
    for (const mark of marks) shown += kept ? mark.character : mark.text;
    onLetter = kept;
    marks = [];
  };
  for (const character of token) {
    let drawn = looks.get(character);
    if (drawn === undefined) {
      drawn = lookOf(character, isMixed);
      looks.set(character, drawn);
    }
    if (drawn.as === 'mark') {
      marks.push(drawn);
      continue;
    }
    putMarks();
    shown += drawn.text;
    onLetter = drawn.as === 'letter';
  }
  putMarks();
  return shown;
}

function lookOf(character: string, isMixed: boolean): Look {
  if (!NO_LETTER.test(character)) {
    return isLookAlike(character, isMixed)
      ? { as: 'brackets', character, text: character + escaped(character) }
      : { as: 'letter', character, text: character };
  }
  return { as: UNSEEN.test(character) ? 'brackets' : 'mark', character, text: escaped(character) };
}

/** In `pаypal` the second letter is Cyrillic. `ｅ` and `𝖾` are drawn as e, and some programs read them as e. */
function isLookAlike(character: string, isMixed: boolean): boolean {
  if (isMixed && LOOKS_LATIN.test(character)) return true;
  // One character at a time: normalising a long run of marks takes quadratic time.
  const read = character.normalize('NFKC');
  return read !== character && ONLY_ASCII.test(read);
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `⟦U+${code.toString(16).toUpperCase().padStart(4, '0')}⟧`;
}

/**
 * A payload with every string and every key made visible. Keys are the requester's words as much as
 * values are. Only a redaction mark, at one of the pointers `redacted`, is our own and stays as it is.
 */
export function visibleJson(value: Json, redacted: ReadonlySet<string>, pointer = ''): Json {
  if (typeof value === 'string') return redacted.has(pointer) ? value : visible(value);
  if (isJsonArray(value)) {
    return value.map((item, index) => visibleJson(item, redacted, pointer + pointerStep(index)));
  }
  if (!isJsonObject(value)) return value;
  const fields = Object.entries(value).map(([key, item]): [string, Json] => [
    visible(key),
    visibleJson(item, redacted, pointer + pointerStep(key)),
  ]);
  // Defined, not assigned: assigning to `__proto__` would lose the field.
  return Object.fromEntries(fields);
}

/** A line that is made visible already, in pieces that fit a screen. Each piece but the first begins with ⟦…⟧. */
export function wrapLine(line: string): string[] {
  if (line.length <= LINE_CHARACTERS) return [line];
  if (ONLY_ASCII.test(line)) return wrapAscii(line);
  const lines: string[] = [];
  let current = '';
  let width = 0;
  for (const [piece] of line.matchAll(UNSPLIT)) {
    const characters = piece.length === 1 ? 1 : [...piece].length;
    if (width + characters > LINE_CHARACTERS) {
      lines.push(current);
      current = CONTINUED;
      width = CONTINUED.length;
    }
    current += piece;
    width += characters;
  }
  return [...lines, current];
}

function wrapAscii(line: string): string[] {
  const lines = [line.slice(0, LINE_CHARACTERS)];
  const step = LINE_CHARACTERS - CONTINUED.length;
  for (let at = LINE_CHARACTERS; at < line.length; at += step)
    lines.push(CONTINUED + line.slice(at, at + step));
  return lines;
}
