/** The same bytes on every run: a small generator (mulberry32), for tests alone. */
export function dice(seed: number) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return {
    bytes: (count: number) => Uint8Array.from({ length: count }, () => next() & 0xff),
    below: (most: number) => next() % most,
  };
}
