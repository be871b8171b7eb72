import { expect, it } from 'vitest';
import { liveADay } from './day.ts';
import { verifyEntries } from '../../../store/audit/verify.ts';
it('x', async () => {
  const { world: w, number } = await liveADay();
  const lines = w.entries();
  const v = await verifyEntries(lines, { tables: { compare: (r) => (w.state(r.id as never) === r.state ? null : 'differs'), rest: () => null } });
  for (const l of lines) { const t = JSON.parse(l.toString()); console.log(t.seq, t.ts.slice(11,19), t.type, t.subject?.number ?? '', JSON.stringify(t.data).slice(0, 90)); }
  console.log(v, number);
  expect(v.problem).toBe(null);
  w.close(); w.remove();
}, 120000);
