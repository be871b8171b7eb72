/**
 * esbuild, or the same compiled for any machine: `npm ci --omit=optional` leaves the native program out,
 * and what is built then must be built all the same, more slowly.
 */
export async function bundler() {
  try {
    const native = await import('esbuild');
    await native.transform('');
    return native;
  } catch {
    return import('esbuild-wasm');
  }
}
