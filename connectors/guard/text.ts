const LONGEST = 2_000;
const WHITE_SPACE = /[\s\p{Zl}\p{Zp}]+/gu;
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/gu;
/** Runners take `##[…]` and `##vso[…]` for a command wherever it stands in a line of a log. */
const COMMAND = /#(?=#\w*\[)/g;
const ANY_TOKEN = /kt[pc]_[\x21-\x7e]+/g;
// In the output of JSON.stringify the characters below 0x20 are escaped already, all but its own line ends.
const INVISIBLE_IN_JSON = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]|#(?=#\w*\[)/gu;

/**
 * Foreign text for one line of a terminal. Reasons, comments and server texts are written by others:
 * left raw, an escape sequence in them clears the screen, rewrites a line or types into the shell, and a
 * runner of CI obeys it.
 */
export function plain(text: string): string {
  const line = text.replace(WHITE_SPACE, ' ').replace(INVISIBLE, '').replace(COMMAND, '# ').trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

/** The text without this token and without anything that looks like one, e.g. `--token=ktc_…` typed by mistake. */
export function hideTokens(text: string, token: string | undefined): string {
  // What is shorter is no token, and would be found in every other word.
  const named = token === undefined || token.length < 8 ? text : text.replaceAll(token, '[token]');
  return named.replace(ANY_TOKEN, '[token]');
}

/** JSON that means the same and is safe to look at in a terminal. */
export function visibleJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(INVISIBLE_IN_JSON, (character) =>
    // Unit by unit: JSON writes a character beyond U+FFFF as two escapes.
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
