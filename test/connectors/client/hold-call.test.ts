import { expect, it } from 'vitest';
import type { Gate } from '../../../connectors/client/gate.ts';
import { GateError } from '../../../connectors/client/gate-error.ts';
import { holdTool } from '../../../connectors/client/openai-agents.ts';
import { errorOf } from './world.ts';

const HOW = { target: 'postgres/prod/orders' };
const SIGNAL = new AbortController().signal;

const open: Gate = async (action, run) =>
  run(action.payload, { request: { id: 'req_1', label: '1' }, signal: SIGNAL });

it('runs no tool under the name of another one', async () => {
  const ran: string[] = [];
  const execute = holdTool('read_table', () => ran.push('ran'), { ...HOW, gate: open });
  const details = { toolCall: { callId: 'call_1', name: 'drop_table' } };
  const error = await errorOf(execute({}, undefined, details));
  expect([error.code, ran]).toEqual(['INVALID', []]);
});

it('does not tell the model that a tool did not run because of what a gate within it says', async () => {
  const inner = new GateError('REFUSED', 'request 2 is rejected');
  const execute = holdTool('export_table', () => Promise.reject(inner), { ...HOW, gate: open });
  await expect(execute({}, undefined)).rejects.toBe(inner);
});

it('holds each call as a request of its own, also where the framework names none', async () => {
  const calls: unknown[] = [];
  const seen: Gate = async (action, run) => {
    calls.push(action.payload['call']);
    return run(action.payload, { request: { id: 'req_1', label: '1' }, signal: SIGNAL });
  };
  const execute = holdTool('export_table', () => 'ran', { ...HOW, gate: seen });
  await execute({}, undefined);
  await execute({}, undefined);
  expect(new Set(calls).size).toBe(2);
  expect(calls.every((call) => typeof call === 'string' && call.length > 20)).toBe(true);
});
