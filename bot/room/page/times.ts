const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const DAY = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });

/** The time of day, and the day where it is another one. */
export function clockTime(at: string): string {
  const when = new Date(at);
  const today = when.toDateString() === new Date().toDateString();
  return today ? CLOCK.format(when) : `${DAY.format(when)}, ${CLOCK.format(when)}`;
}

export function timeLeft(until: string, now = Date.now()): string {
  const seconds = Math.max(0, Math.floor((Date.parse(until) - now) / 1000));
  if (seconds < 60) return `${seconds} s left`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min left`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min left`;
}
