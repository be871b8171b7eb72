const MOST_BYTES = 256 * 1024;

/** JSON from an address of the config: no redirect, an end to the waiting, an end to the reading. */
export async function fetchJson(url: URL, withinMs: number): Promise<unknown> {
  // One signal for headers and body: a server that sends a byte a second must not hold us.
  const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(withinMs) });
  if (answer.status !== 200) throw new Error(`${url.host} answers ${answer.status}`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.byteLength;
    if (size > MOST_BYTES) throw new Error(`${url.host} answers with more than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}
