import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { readBase64, toBase64 } from './base64.ts';
import { isKeyName, toVerifierKey, type VerifierKey } from './verifier-key.ts';

/** A text with signatures under it, as c2sp.org/signed-note and Go's sumdb/note have it. */
export interface OpenedNote {
  /** What is signed, with the line break at its end. */
  readonly text: string;
  /** The keys, of those given, whose signatures hold: at least one. */
  readonly signedBy: readonly VerifierKey[];
}

export interface NoteSigner {
  readonly key: VerifierKey;
  sign(text: string): Uint8Array;
}

const MOST_BYTES = 1_000_000;
const MOST_SIGNATURES = 100;
const SIGNATURE_LINE = /^— (\S+) (\S+)$/;

export function createNoteSigner(name: string, privateKey: KeyObject): NoteSigner {
  const key = toVerifierKey(name, createPublicKey(privateKey));
  return { key, sign: (text) => sign(null, Buffer.from(text, 'utf8'), privateKey) };
}

export function signNote(text: string, signers: readonly NoteSigner[]): string {
  if (!text.endsWith('\n') || !isNoteText(text))
    throw new TypeError('a note ends its lines, and has text only');
  const lines = signers.map((signer) => {
    const bytes = Buffer.concat([Buffer.from(signer.key.id, 'hex'), signer.sign(text)]);
    return `— ${signer.key.name} ${toBase64(bytes)}\n`;
  });
  return `${text}\n${lines.join('')}`;
}

/**
 * Signatures by keys that are not given are passed over. One that names a given key and does not hold
 * spoils the note, whatever else is under it. Without one that holds, it is not opened.
 */
export function openNote(
  note: Uint8Array,
  keys: readonly VerifierKey[],
): OpenedNote | { readonly why: string } {
  const parts = splitNote(note);
  if (parts === null) return { why: 'it is no signed note' };
  const signedBy = new Set<VerifierKey>();
  for (const { name, id, signature } of parts.signatures) {
    const key = keys.find((one) => one.name === name && one.id === id);
    if (key === undefined || signedBy.has(key)) continue;
    if (!verify(null, Buffer.from(parts.text, 'utf8'), key.publicKey, signature)) {
      return { why: `the signature of ${name} (${id}) does not hold: the text or the signature was changed` };
    }
    signedBy.add(key);
  }
  if (signedBy.size > 0) return { text: parts.text, signedBy: [...signedBy] };
  const names = parts.signatures.map(({ name, id }) => `${name} (${id})`).join(', ');
  return { why: `it is signed by ${names}, and by no key that was given` };
}

/** The text of a note, whoever signed it, or null for what is no note. Nothing is verified. */
export function noteText(note: Uint8Array): string | null {
  return splitNote(note)?.text ?? null;
}

interface NoteParts {
  readonly text: string;
  readonly signatures: readonly {
    readonly name: string;
    readonly id: string;
    readonly signature: Uint8Array;
  }[];
}

function splitNote(note: Uint8Array): NoteParts | null {
  const whole = Buffer.from(note.buffer, note.byteOffset, note.byteLength).toString('utf8');
  if (note.length > MOST_BYTES || Buffer.compare(Buffer.from(whole, 'utf8'), note) !== 0) return null;
  // The last empty line: the text may have empty lines of its own.
  const gap = whole.lastIndexOf('\n\n');
  if (gap === -1 || !isNoteText(whole) || !whole.endsWith('\n')) return null;
  const lines = whole.slice(gap + 2, -1).split('\n');
  if (lines.length > MOST_SIGNATURES) return null;
  const signatures = [];
  for (const line of lines) {
    const [, name = '', encoded = ''] = SIGNATURE_LINE.exec(line) ?? [];
    const bytes = readBase64(encoded);
    if (!isKeyName(name) || bytes === null || bytes.length < 5) return null;
    signatures.push({ name, id: bytes.toString('hex', 0, 4), signature: bytes.subarray(4) });
  }
  return { text: whole.slice(0, gap + 1), signatures };
}

/** No control character but the line break. */
function isNoteText(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x20 && unit !== 0x0a) return false;
  }
  return text.isWellFormed();
}
