const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** As the policy file writes it: `90s`, `45m`, `2h`, `30d`; what is no whole unit in two: `1h 30m`. */
export function durationText(ms: number): string {
  let left = Math.max(0, Math.round(ms / 1_000) * 1_000);
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const whole = Math.floor(left / size);
    left -= whole * size;
    if (whole > 0) parts.push(`${whole}${unit}`);
  }
  return parts.length === 0 ? '0s' : parts.join(' ');
}
