/** What one cell of a report can be. */
export type Cell = string | number | boolean | null;

// A spreadsheet takes a cell that begins with one of these for a formula, and runs it. A line feed is
// among them because it can hide what comes after it.
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
/** Whatever ends a cell somewhere in the world: also semicolon and tab. */
const SEPARATES = /[",;\t\r\n]/;

/** One line of RFC 4180, with its line break. No cell of it is a formula, whoever wrote the text. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(toText).join(',')}\r\n`;
}

function toText(cell: Cell): string {
  if (cell === null) return '';
  const text = String(cell);
  const harmless = FORMULA.test(text) ? `'${text}` : text;
  return SEPARATES.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
