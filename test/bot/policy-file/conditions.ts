import { compileCondition } from '../../../bot/cel.ts';
import type { JsonObject } from '../../../bot/core/canonical-json.ts';
import type { Facts } from '../../../bot/core/match.ts';

export function facts(payload: JsonObject, changes: Partial<Facts> = {}): Facts {
  return {
    action: 'db.export',
    target: { system: 'postgres', environment: 'prod', resource: 'orders' },
    requester: { id: 'deploy-agent', kind: 'agent' },
    onBehalfOf: null,
    groups: [],
    payload,
    risk: 'medium',
    now: Date.UTC(2026, 10, 22, 10, 30),
    ...changes,
  };
}

export function answer(
  expression: string,
  payload: JsonObject = {},
  changes: Partial<Facts> = {},
): boolean | string {
  const compiled = compileCondition(expression);
  return compiled.ok ? compiled.condition(facts(payload, changes)) : `does not compile: ${compiled.problem}`;
}

export function problem(expression: string): string | null {
  const compiled = compileCondition(expression);
  return compiled.ok ? null : compiled.problem;
}

/** As a body is parsed: `__proto__` becomes an own key. */
export const parsed = (text: string): JsonObject => JSON.parse(text) as JsonObject;
