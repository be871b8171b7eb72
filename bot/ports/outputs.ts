import type { RequestId } from '../core/request.ts';

/**
 * What actions print, here and on other machines, a file per try. Known secrets are hidden in it.
 *
 * `append` MUST write bytes only where the file ends: what is there already, and what would leave a gap,
 * changes nothing. So a part that is sent twice is kept once, and whoever sends learns where to go on.
 */
export interface Outputs {
  /** Answers how many bytes are kept after it. Beyond the bound nothing more is. */
  append(request: RequestId, attempt: number, offset: number, bytes: Uint8Array): number;
  /** What the kept bytes say last, or null where they say nothing, or are no longer what came last. */
  lastLine(request: RequestId, attempt: number): string | null;
  /** On disk once it settles; null where nothing was kept. SHA-256 in hex, over the bytes of the file. */
  seal(
    request: RequestId,
    attempt: number,
  ): Promise<{ readonly bytes: number; readonly sha256: string } | null>;
}
