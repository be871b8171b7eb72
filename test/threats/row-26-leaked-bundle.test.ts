import { expect, it } from 'vitest';
import {
  anExecuting,
  consume,
  expectProblem,
  report,
  seeAndApprove,
  submit,
} from '../connectors/api/world.ts';
import { exportBundle } from '../helpers/bundle.ts';
import { startKeyturn } from '../helpers/start-keyturn.ts';

it('row 26: a leaked bundle lets nobody do anything: what is in it opens no call', async () => {
  const keyturn = await startKeyturn();
  const running = await anExecuting(keyturn);
  await report(keyturn, running);
  const waits = await submit(keyturn, { payload: { waits: true } });
  await seeAndApprove(keyturn, 'bob', waits);
  const bundle = await exportBundle(keyturn);
  const all = bundle.names.map((name) => bundle.read(name)).join('\n');
  // Every word in it that could be a token of somebody, or a nonce.
  const words = new Set(all.match(/[A-Za-z0-9_-]{20,200}/g));
  const tried = [...words].slice(0, 300);
  expect(tried.length).toBeGreaterThan(100);
  for (const word of tried) {
    const answer = await fetch(`${keyturn.url}/v1/requests`, {
      headers: { authorization: `Bearer ${word}` },
    });
    expect(answer.status).toBe(401);
  }
  for (const nonce of tried.slice(0, 50)) {
    const answer = await keyturn.post('agent', `/v1/requests/${running.id}/outcome`, {
      nonce,
      status: 'failed',
    });
    expect([403, 409, 422]).toContain(answer.status);
  }
  expect((await consume(keyturn, waits)).status).toBe(200);
});

it('row 26: a bundle names people by opaque ids, and by their keys only where nobody erased them', async () => {
  const keyturn = await startKeyturn();
  const eve = keyturn.keyturn.context.store.committed.personOf('eve');
  const without = await keyturn.restart({ gone: ['eve'], version: '2', mayActFor: ['alice'] });
  const log = without.keyturn.context.store.committed.entries(0, 100);
  const linked = log.find(
    ({ type, bytes }) => type === 'identity.linked' && Buffer.from(bytes).includes(String(eve)),
  );
  await without.post('carol', '/v1/audit/erasures', { seq: linked?.seq, field: 'key', reason: 'DSR-18' });
  const bundle = await exportBundle(without);
  const keys = bundle
    .lines('disclosures.jsonl')
    .map((line) => JSON.parse(line) as { field: string; value: string })
    .filter(({ field }) => field === 'key');
  expect(keys.map(({ value }) => value).sort()).toEqual(['alice', 'bob', 'carol', 'dora']);
  expect(bundle.read('events.jsonl')).toContain(String(eve));
});

it('row 26: only an auditor gets one, and not with a client token that leaked', async () => {
  const keyturn = await startKeyturn();
  for (const [who, code] of [
    ['agent', 'NOT_A_HUMAN'],
    ['ci', 'NOT_A_HUMAN'],
    ['alice', 'FORBIDDEN'],
    ['bob', 'FORBIDDEN'],
  ] as const) {
    expectProblem(await keyturn.post(who, '/v1/audit/exports', {}), code);
  }
});
