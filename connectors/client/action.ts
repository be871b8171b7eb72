import { isDeepStrictEqual } from 'node:util';
import { readSubmission, type Submission } from '../guard/options.ts';
import { GateError } from './gate-error.ts';

/** A value that JSON says without loss. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
/** Also a type with named keys; an interface is not one, since more may be added to it. */
export type Payload = { readonly [key: string]: Json };

export interface Action<P extends Payload = Payload> {
  /** Its dotted name, such as `db.export`. */
  readonly action: string;
  /** `SYSTEM/ENVIRONMENT/RESOURCE`, such as `postgres/prod/orders`. */
  readonly target: string;
  /** Why, for the people who decide. */
  readonly reason: string;
  /** What would run, whole: it is what they are shown, and what the function is then given. */
  readonly payload: P;
  readonly onBehalfOf?: string;
  readonly links?: readonly string[];
  /** `90s 30m 24h 7d`. May only shorten what the policy gives. */
  readonly expiresIn?: string;
}

export function toSubmission({ action, target, reason, ...more }: Action): Submission {
  const { onBehalfOf, links, expiresIn } = more;
  return readSubmission(
    {
      action,
      target,
      reason,
      ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
      ...(links === undefined ? {} : { link: links }),
      ...(expiresIn === undefined ? {} : { expiresIn }),
    },
    'wait',
  );
}

/**
 * The payload as JSON. What JSON would change without a word (a `Date`, `undefined`, `NaN`, a `Map`) is
 * refused: the function would be given something else than its caller meant.
 */
export function payloadText(payload: unknown): string {
  const text = isObject(payload) ? stringify(payload) : undefined;
  if (text === undefined || !isDeepStrictEqual(JSON.parse(text), payload)) {
    throw new GateError('INVALID', 'the payload is not a plain JSON object. Nothing was sent.');
  }
  return text;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function stringify(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    // A BigInt, or a circle.
    return undefined;
  }
}
