/**
 * The last line with something in it, of the end of an output. A program that counts up on one line
 * writes over it with a carriage return: what it wrote last is what stands there. Null where nothing does.
 */
export function lastLineOf(end: Uint8Array): string | null {
  // The end may begin in the middle of a character, and stop in the middle of one that is still to come.
  let from = 0;
  while (from < 3 && from < end.length && ((end[from] ?? 0) & 0xc0) === 0x80) from += 1;
  const text = new TextDecoder('utf-8').decode(end.subarray(from), { stream: true });
  const lines = text.split(/[\r\n]/).filter((line) => line.trim() !== '');
  return lines.at(-1)?.trim() ?? null;
}
