import type { Json } from '../core/canonical-json.ts';
import type { Finding } from './problem.ts';
import { TestRequest } from './schema-tests.ts';
import { toFindings } from './zod-findings.ts';

/** A request that somebody wrote for `policy explain`, held to the same form as one of a test. */
export function readTestRequest(
  value: unknown,
):
  | { readonly ok: true; readonly request: TestRequest }
  | { readonly ok: false; readonly findings: readonly Finding[] } {
  const parsed = TestRequest.safeParse(value);
  if (parsed.success) return { ok: true, request: parsed.data };
  return { ok: false, findings: toFindings(parsed.error.issues, value as Json, []) };
}
