const EVERY_MS = 15;
const WITHIN_MS = 10_000;

/** What `look` finds, as soon as it finds something. Fails with what was there instead. */
export async function until<T>(
  look: () => T | null | undefined | Promise<T | null | undefined>,
  instead: () => unknown = () => undefined,
): Promise<T> {
  const giveUpAt = performance.now() + WITHIN_MS;
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined) return found;
    if (performance.now() > giveUpAt) {
      throw new Error(`it did not come in ${WITHIN_MS} ms; there was ${JSON.stringify(await instead())}`);
    }
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}

export function says(text: string, what: string | RegExp | undefined): boolean {
  if (what === undefined) return true;
  return typeof what === 'string' ? text.includes(what) : what.test(text);
}
