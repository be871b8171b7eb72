import { RE2JS } from '@bufbuild/re2';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { JsonObject } from '../core/canonical-json.ts';
import { pointerStep } from '../core/canonical-json.ts';
import type { FieldProblem } from '../core/refusal.ts';

const MOST_PROBLEMS = 20;

/** Patterns meet text that a requester wrote: linear time, whatever the pattern. */
const re2 = Object.assign(
  (pattern: string) => {
    const compiled = RE2JS.compile(pattern);
    // ajv keeps patterns apart by their text: two that read the same would be one.
    return { test: (text: string) => compiled.test(text), toString: () => `/${pattern}/` };
  },
  { code: 'payload-schema.re2' },
);

/**
 * A JSON Schema (2020-12) as a check of payloads. Throws `TypeError` on a schema that is not sound; one
 * that refers to another document is not, since what it says would depend on what is there that day.
 */
export function compilePayloadSchema(text: string): (payload: JsonObject) => readonly FieldProblem[] {
  let validate: ValidateFunction;
  try {
    const schema: unknown = JSON.parse(text);
    if (typeof schema !== 'object' || schema === null || Array.isArray(schema))
      throw new TypeError('must be an object');
    // Strict: a misspelt keyword would check nothing.
    const ajv = new Ajv2020({
      allErrors: true,
      strict: true,
      strictRequired: false,
      allowUnionTypes: true,
      code: { regExp: re2 },
    });
    validate = ajv.compile(schema);
  } catch (cause) {
    throw new TypeError(`is no JSON Schema: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
  return (payload) => {
    if (validate(payload)) return [];
    return (validate.errors ?? []).slice(0, MOST_PROBLEMS).map(({ instancePath, message, params }) => {
      const extra = (params as { readonly additionalProperty?: unknown }).additionalProperty;
      const step = typeof extra === 'string' ? pointerStep(extra) : '';
      return {
        pointer: `/payload${instancePath}${step}`,
        problem: message ?? 'is not as the schema of this action says',
      };
    });
  };
}
