const LINE_FEED = 0x0a;
/** One more than an entry may have: enough to see that a line is too long, whatever else it has. */
const MOST_LINE = 65_536;

/**
 * Cuts chunks at line feeds, which no entry has in it. `take` answers whether to go on. A last line
 * without a line feed is a line, and one that is too long ends the reading.
 */
export function createLineCutter(take: (line: Uint8Array) => boolean, most: number = MOST_LINE) {
  let begun: Buffer = Buffer.alloc(0);
  let goesOn = true;
  return {
    /** False when nothing more is wanted. */
    chunk(bytes: Uint8Array): boolean {
      const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      let from = 0;
      for (let end = chunk.indexOf(LINE_FEED); goesOn && end !== -1; end = chunk.indexOf(LINE_FEED, from)) {
        const line = chunk.subarray(from, end);
        goesOn = take(begun.length === 0 ? line : Buffer.concat([begun, line]));
        begun = begun.subarray(0, 0);
        from = end + 1;
      }
      if (!goesOn) return false;
      begun = Buffer.concat([begun, chunk.subarray(from)]);
      if (begun.length > most) goesOn = take(begun) && false;
      return goesOn;
    },
    end(): void {
      if (goesOn && begun.length > 0) take(begun);
      goesOn = false;
    },
  };
}
