function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** The median of one field over rounds. */
export function medianOf(rounds, field) {
  return median(rounds.map((round) => round[field]));
}

/**
 * The best round of each contestant. Other work on the machine only ever slows a round down, so the best
 * one is the nearest to what the code itself takes; both sides are treated alike.
 */
export function mostOf(rounds, field) {
  return Math.max(...rounds.map((round) => round[field]));
}

export function leastOf(rounds, field) {
  return Math.min(...rounds.map((round) => round[field]));
}

/** p50 and p99 by nearest rank. */
export function percentiles(values) {
  const sorted = Float64Array.from(values).sort();
  const at = (share) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

/**
 * Takes turns, so that whatever else the machine does meets all of them alike. Returns the results of
 * each contestant, in the order of the rounds.
 */
export async function inTurns(rounds, contestants) {
  const results = contestants.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, contestant] of contestants.entries()) results[index].push(await contestant(round));
  }
  return results;
}

export function latencies(rounds) {
  const [p50, p99] = [leastOf(rounds, 'p50'), leastOf(rounds, 'p99')];
  return `p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`;
}
