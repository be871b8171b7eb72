import type { Endpoints } from './endpoints.ts';
import { fetchJson } from './fetch-json.ts';

/** A long bundle over a slow line. */
const WITHIN_MS = 60_000;

/**
 * All bytes in one request: Microsoft takes 60 MiB of them, and `audit export` makes at most 32. The
 * address is itself the permission, so no token of ours goes there, and it must be Microsoft's.
 */
export async function upload({ isUpload }: Endpoints, address: string, bytes: Uint8Array): Promise<boolean> {
  if (!URL.canParse(address) || !isUpload(new URL(address)) || bytes.byteLength === 0) return false;
  const { status, readable } = await fetchJson(address, {
    method: 'PUT',
    withinMs: WITHIN_MS,
    headers: {
      'content-type': 'application/octet-stream',
      'content-range': `bytes 0-${bytes.byteLength - 1}/${bytes.byteLength}`,
    },
    body: new Uint8Array(bytes),
  });
  // 202 would say that more is expected, and a page of HTML is somebody's error page.
  return readable && (status === 200 || status === 201);
}
