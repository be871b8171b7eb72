/** Our own page sends an id, a digest and a comment of 2,000 characters at most. */
const MOST_BYTES = 32 * 1024;
const WITHIN_MS = 10_000;

/** The body as JSON, or undefined where it is none, too long or too slow. */
export async function readJson(request: Request): Promise<unknown> {
  if (request.headers.get('content-type') !== 'application/json') return undefined;
  const reader = request.body?.getReader();
  if (reader === undefined) return undefined;
  const chunks: Uint8Array[] = [];
  const tooSlow = setTimeout(() => void reader.cancel().catch(() => undefined), WITHIN_MS);
  try {
    for (let size = 0; ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.length;
      if (size > MOST_BYTES) return undefined;
      chunks.push(value);
    }
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)));
  } catch {
    return undefined;
  } finally {
    clearTimeout(tooSlow);
    // Whatever is left is not read; a body that was read to its end cannot be cancelled any more.
    void reader.cancel().catch(() => undefined);
  }
}
