import type { z } from 'zod';
import { type Caller, type Context, isPerson, type PersonCaller } from '../../bot/app/context.ts';
import type { RefusedCalls } from '../../bot/app/refuse-call.ts';
import { KeyturnFault } from '../../bot/core/fault.ts';
import { type FieldProblem, type Refusal, refuse } from '../../bot/core/refusal.ts';
import type { ActionRequest, PersonId } from '../../bot/core/request.ts';
import type { Exporter } from '../../bot/ports/exporter.ts';
import type { Logger } from '../../bot/ports/logger.ts';
import type { Http } from '../http/bindings.ts';
import { jsonAnswer } from '../http/json-answer.ts';
import { problem } from '../http/problem.ts';
import { readBody } from '../http/read-body.ts';
import { parseStrictJson } from '../http/strict-json.ts';
import { toRefusal } from './field-problems.ts';
import { nameOf, present } from './present.ts';

export interface ApiOptions {
  readonly context: Context;
  readonly authenticate: (authorization: string | undefined) => Caller | null;
  readonly refusedCalls: RefusedCalls;
  readonly exporter: Exporter;
  readonly logger: Logger;
  readonly bodyWithinMs: number;
}

/** Who may make a call at all, before anything of it is read. */
type Who = 'anyone' | 'person';

export type Answer = Response | Refusal;

/**
 * One call: who it is, then what it says, then what comes of it, in that order for every route.
 * `name` is how the log calls it. Every refusal of an authenticated caller ends up in the log,
 * here when it never reached a use case.
 */
export function createCalls(options: ApiOptions) {
  const { context, authenticate, refusedCalls, logger } = options;

  const answer = (caller: Caller | null, result: Answer): Response => {
    if (!isRefusal(result)) return result;
    const names =
      caller !== null && isPerson(caller) ? (id: string) => nameOf(context, id as PersonId) : null;
    return problem(result, names);
  };

  const refuseHere = async (caller: Caller, name: string, refusal: Refusal): Promise<Response> => {
    await refusedCalls.authenticated(caller, name, refusal.code);
    return answer(caller, refusal);
  };

  async function guarded(http: Http, name: string, work: () => Promise<Response>): Promise<Response> {
    try {
      return await work();
    } catch (cause) {
      if (!(cause instanceof KeyturnFault && cause.code === 'STORE_FULL')) {
        logger.error('a call failed', { call: name, path: http.req.routePath, fault: faultName(cause) });
      }
      // The caller learns that nothing was done and no more; what happened is the operator's to know.
      return problem(refuse('UNAVAILABLE'));
    }
  }

  async function body<S extends z.ZodType>(
    http: Http,
    schema: S,
    also: (value: unknown) => readonly FieldProblem[],
  ): Promise<z.infer<S> | Refusal> {
    const bytes = await readBody(http.env.incoming, options.bodyWithinMs);
    if ('ok' in bytes) return bytes;
    const parsed = bytes.length === 0 ? { ok: true as const, value: {} } : parseStrictJson(bytes);
    if (!parsed.ok) return parsed;
    const checked = schema.safeParse(parsed.value);
    return checked.success ? checked.data : toRefusal(checked.error, also(parsed.value));
  }

  return {
    guarded,
    body,
    unauthenticated,

    /** A refusal that is on the record already. */
    told: answer,

    shown: (caller: Caller, request: ActionRequest, status: 200 | 201 = 200): Response =>
      jsonAnswer(present(context, caller, request), status),

    /** A call without a body. */
    get(name: string, work: (http: Http, caller: Caller) => Promise<Answer>) {
      return (http: Http) =>
        guarded(http, name, async () => {
          const caller = authenticate(http.env.incoming.headers.authorization);
          if (caller === null) return unauthenticated(http, name);
          // Hono answers HEAD by way of GET. It shows nobody anything, so it must not leave a record
          // that somebody was shown the payload, nor a stream that nobody reads.
          if (http.req.method !== 'GET')
            return new Response(null, { status: 405, headers: { allow: 'GET' } });
          const result = await work(http, caller);
          return isRefusal(result) ? refuseHere(caller, name, result) : result;
        });
    },

    post<S extends z.ZodType, W extends Who>(
      name: string,
      who: W,
      schema: S,
      work: (
        http: Http,
        caller: W extends 'person' ? PersonCaller : Caller,
        said: z.infer<S>,
        key: string | null,
      ) => Promise<Answer>,
      /** What else is wrong with a body that the schema refuses, so that all of it is said at once. */
      also: (caller: Caller, value: unknown) => readonly FieldProblem[] = () => [],
    ) {
      return (http: Http) =>
        guarded(http, name, async () => {
          const caller = authenticate(http.env.incoming.headers.authorization);
          if (caller === null) return unauthenticated(http, name);
          if (who === 'person' && !isPerson(caller)) return refuseHere(caller, name, refuse('NOT_A_HUMAN'));
          const said = await body(http, schema, (value) => also(caller, value));
          if (isRefusal(said)) return refuseHere(caller, name, said);
          const key = idempotencyKey(http);
          if (isRefusal(key)) return refuseHere(caller, name, key);
          return answer(caller, await work(http, caller as never, said, key));
        });
    },
  };

  async function unauthenticated(http: Http, name: string): Promise<Response> {
    await refusedCalls.unauthenticated(http.env.incoming.socket.remoteAddress ?? 'unknown', name);
    return problem(refuse('UNAUTHENTICATED'));
  }
}

/** The caller's idempotency key, bare or quoted (a structured field), or what is wrong with it. */
function idempotencyKey(http: Http): string | null | Refusal {
  // Sent twice, Node joins them with a comma and a space, and a space is no part of a key.
  const header = http.env.incoming.headers['idempotency-key'];
  if (header === undefined) return null;
  if (typeof header !== 'string') return refuse('INVALID');
  const key = /^"([\x20-\x21\x23-\x5b\x5d-\x7e]{1,255})"$/.exec(header)?.[1] ?? header;
  if (/^[\x21\x23-\x7e]{1,255}$/.test(key)) return key;
  return refuse('INVALID', {
    fields: [{ pointer: '', problem: 'Idempotency-Key is 1 to 255 visible characters' }],
  });
}

export function isRefusal(value: unknown): value is Refusal {
  return (
    typeof value === 'object' && value !== null && 'ok' in value && value.ok === false && 'code' in value
  );
}

function faultName(cause: unknown): string {
  if (cause instanceof KeyturnFault) return cause.code;
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : 'unknown';
}
