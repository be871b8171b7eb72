import { onTestFinished } from 'vitest';
import type { Payload } from '../../../connectors/client/action.ts';
import { createGate, type GateOptions } from '../../../connectors/client/gate.ts';
import { GateError } from '../../../connectors/client/gate-error.ts';
import { FakeKeyturn } from '../../helpers/fake-keyturn.ts';

export const EXPORT = {
  action: 'db.export',
  target: 'postgres/prod/orders',
  reason: 'FIN-231',
  payload: { kind: 'sql', statement: 'COPY orders TO STDOUT', rows: 3 },
} as const;

/** A Keyturn that a test can break, and a function that must not run unasked. */
export async function gated() {
  const fake = await FakeKeyturn.start();
  onTestFinished(() => fake.down());
  const runs: Payload[] = [];
  const gate = createGate({ url: fake.url, token: fake.token });
  const run = (payload: Payload) => {
    runs.push(payload);
    return 'exported';
  };
  const ask = (options: GateOptions = {}, payload: Payload = EXPORT.payload) =>
    gate({ ...EXPORT, payload }, run, options);
  return { fake, gate, runs, ask };
}

/** The error that it ends with, if it is ours; anything else fails the test. */
export async function errorOf(work: Promise<unknown>): Promise<GateError> {
  try {
    await work;
  } catch (cause) {
    if (cause instanceof GateError) return cause;
    throw cause;
  }
  throw new Error('it ran');
}
