import { expect, it } from 'vitest';
import { openWorld } from './world.ts';
import { liveThrough } from './stories.ts';
import { verifyEntries } from '../../../store/audit/verify.ts';
it('x', async () => {
  for (let seed = 1; seed < 40; seed++) {
  const w = await openWorld({ seed });
  await liveThrough(w, 400);
  const lines = w.entries();
  const states = new Map<string, string>();
  const v = await verifyEntries(lines, { tables: { compare: (r) => (states.set(r.id, r.state), w.state(r.id as never) === r.state ? null : 'differs'), rest: () => null } });
  if (seed === 1) { const c: Record<string, number> = {}; for (const l of lines) { const t = JSON.parse(l.toString()).type; c[t] = (c[t] ?? 0) + 1; } console.log(c); }
  if (v.problem) console.log(seed, v, lines[v.problem.seq!]?.toString());
  expect(v.problem).toBe(null);
  w.close(); w.remove();
  }
}, 120000);
