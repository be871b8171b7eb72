/** A signed checkpoint as it stands somewhere in a text, not verified. */
export interface FoundNote {
  readonly origin: string;
  readonly size: number;
  /** The whole note. */
  readonly note: string;
}

/** What a card's footer tells of one entry. */
export interface Footer {
  readonly seq: number;
  /** The first 8 hex digits of its leaf hash. */
  readonly hash8: string;
}

export interface Found {
  readonly note?: (found: FoundNote) => void;
  readonly footer?: (found: Footer) => void;
}

const SIGNATURE = /^— \S+ \S+$/;
const SIZE = /^[1-9][0-9]{0,15}$/;
const FOOTER = /\bentry ([0-9]{1,16}) · ([0-9a-f]{8})\b/g;
const MOST_SIGNATURES = 100;
/** Origin, size, root, empty line. */
const TEXT_LINES = 4;

export function formatFooter(seq: number, leafHash: Uint8Array): string {
  return `entry ${seq} · ${Buffer.from(leafHash).toString('hex', 0, 4)}`;
}

/**
 * Finds checkpoints and footers in any text that people have: an anchor's file, a chat message that
 * was saved, a mail. What is torn, or is something else, is passed over: it shows nothing.
 */
export function createNoteFinder(found: Found) {
  let text: string[] = [];
  let signatures: string[] = [];

  const end = () => {
    const [origin = '', size = '', , gap] = text;
    if (signatures.length > 0 && text.length === TEXT_LINES && gap === '' && SIZE.test(size)) {
      const note = `${[...text, ...signatures].join('\n')}\n`;
      found.note?.({ origin, size: Number(size), note });
    }
    if (signatures.length > 0) text = [];
    signatures = [];
  };
  return {
    line(raw: string): void {
      const line = raw.trim();
      if (SIGNATURE.test(line) && signatures.length < MOST_SIGNATURES) {
        signatures.push(line);
        return;
      }
      end();
      text.push(line);
      if (text.length > TEXT_LINES) text.shift();
      for (const [, seq, hash8 = ''] of line.matchAll(FOOTER)) found.footer?.({ seq: Number(seq), hash8 });
    },
    end,
  };
}

/** All that is in one text that is at hand as a whole. */
export function findNotes(text: string): {
  readonly notes: readonly FoundNote[];
  readonly footers: readonly Footer[];
} {
  const notes: FoundNote[] = [];
  const footers: Footer[] = [];
  const finder = createNoteFinder({
    note: (note) => notes.push(note),
    footer: (footer) => footers.push(footer),
  });
  for (const line of text.split('\n')) finder.line(line);
  finder.end();
  return { notes, footers };
}
