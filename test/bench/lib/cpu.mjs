import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const IDLE_SHARE = 0.05;
const IDLE_WITHIN_MS = 30 * 60_000;

/** What a process has computed so far, in milliseconds; null without /proc. Others on the machine do not change it. */
export function cpuMs(pid) {
  try {
    // The name in parentheses may hold anything, so it is counted from its end: utime and stime.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return null;
  }
}

/** Resolves when the process has nothing left to do: what it does after its start is no part of a call. */
export async function untilIdle(pid) {
  const begun = performance.now();
  for (let quiet = 0; quiet < 3; ) {
    if (performance.now() - begun > IDLE_WITHIN_MS) throw new Error(`process ${pid} never comes to rest`);
    const [before, at] = [cpuMs(pid), performance.now()];
    if (before === null) return;
    await sleep(1_000);
    quiet = cpuMs(pid) - before < IDLE_SHARE * (performance.now() - at) ? quiet + 1 : 0;
  }
}
