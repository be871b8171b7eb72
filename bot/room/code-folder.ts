import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Hex } from '../core/digest.ts';
import { KeyturnFault } from '../core/fault.ts';
import type { Instant } from '../core/request.ts';

/** No letter that passes for another one: somebody reads it from one screen and types it into another. */
const ALPHABET = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
const LENGTH = 12;
const MOST_OPEN = 200;

/** What a real install hands out. It has to be typed once, at once. */
export const CODE_LIFE_MS = 10 * 60_000;

interface RoomCode {
  readonly person: string;
  readonly expiresAt: Instant;
}

/**
 * Room codes that nobody has used yet, one file each, named by the code's hash. Whoever may write
 * here runs Keyturn; that is what makes a code more than a token. Files, because the command that
 * makes a code is another process, and only one may open the database.
 */
export interface CodeFolder {
  /** A new code for this person (the config's key). It is nowhere but in the answer. */
  issue(person: string, now: Instant, lifeMs: number): string;
  /** Whose code it is. It is used up then, also if it was too old. */
  redeem(code: string, now: Instant): string | null;
}

export function openCodeFolder(dataDir: string, bytes: (count: number) => Uint8Array): CodeFolder {
  const folder = join(dataDir, 'room-codes');
  const read = (name: string): RoomCode | null => {
    try {
      const held: unknown = JSON.parse(readFileSync(join(folder, name), 'utf8'));
      return isRoomCode(held) ? held : null;
    } catch {
      return null;
    }
  };
  /** Of those who take it at the same time, one does: the file can be removed once. */
  const take = (name: string): boolean => {
    try {
      rmSync(join(folder, name));
      return true;
    } catch {
      return false;
    }
  };
  const sweep = (now: Instant) => {
    for (const name of readdirSync(folder)) if (now >= (read(name)?.expiresAt ?? 0)) take(name);
  };
  return {
    issue(person, now, lifeMs) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      sweep(now);
      if (readdirSync(folder).length >= MOST_OPEN) {
        throw new KeyturnFault('CONFIG_INVALID', `${MOST_OPEN} room codes wait to be used; try again later`);
      }
      const code = newCode(bytes);
      const held: RoomCode = { person, expiresAt: now + lifeMs };
      // `wx`: a file that is there already, or a link that somebody has put there, is never written to.
      writeFileSync(join(folder, hashOf(code)), JSON.stringify(held), { mode: 0o600, flag: 'wx' });
      return code;
    },
    redeem(code, now) {
      const name = hashOf(code);
      const held = read(name);
      if (held === null || !take(name)) return null;
      return now < held.expiresAt ? held.person : null;
    },
  };
}

function newCode(bytes: (count: number) => Uint8Array): string {
  let code = '';
  while (code.length < LENGTH) {
    // 31 letters do not divide 256: a byte that would favour the first of them is thrown away.
    for (const byte of bytes(LENGTH)) {
      if (byte < 248 && code.length < LENGTH) code += ALPHABET[byte % ALPHABET.length];
    }
  }
  return code.replace(/(.{4})(?=.)/g, '$1-');
}

/** Spaces, hyphens and small letters are how people type; what is hashed has none of them. */
function hashOf(code: string): string {
  return sha256Hex(`room-code ${code.replace(/[\s-]/g, '').toUpperCase()}`);
}

function isRoomCode(held: unknown): held is RoomCode {
  if (typeof held !== 'object' || held === null) return false;
  const { person, expiresAt } = held as Record<string, unknown>;
  return typeof person === 'string' && Number.isSafeInteger(expiresAt);
}
