import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';

export interface FileWatch {
  /** Called again and again. True once the file has other bytes than before, and they have settled. */
  hasChanged(): boolean;
}

/**
 * Notices that a file was written, replaced by another one of its name, or that a link on the way to
 * it leads elsewhere, as Kubernetes does with a ConfigMap. It looks instead of being told: the ways of
 * being told differ by system and file system, and each of them misses one of the three.
 */
export function createFileWatch(file: string): FileWatch {
  let known = bytesOf(file);
  let stamp = stampOf(file);
  let moved = false;
  return {
    hasChanged() {
      const now = stampOf(file);
      if (now !== stamp) {
        stamp = now;
        moved = true;
        return false;
      }
      // The same twice in a row: whoever writes it in several steps is done.
      if (!moved) return false;
      moved = false;
      const bytes = bytesOf(file);
      const isOther = bytes !== known;
      known = bytes;
      return isOther;
    },
  };
}

function stampOf(file: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
  } catch {
    return 'none';
  }
}

function bytesOf(file: string): string {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex');
  } catch {
    return 'none';
  }
}
