import type { Context } from '../../bot/app/context.ts';
import { callerOfSession, openSession, renewSession } from '../../bot/app/open-session.ts';
import type { RefusedCalls } from '../../bot/app/refuse-call.ts';
import { sha256Hex } from '../../bot/core/digest.ts';
import { toIsoTime } from '../../bot/core/instant.ts';
import { refuse } from '../../bot/core/refusal.ts';
import { type HttpApp, newHttpApp } from '../http/bindings.ts';
import { jsonAnswer } from '../http/json-answer.ts';
import { problem } from '../http/problem.ts';
import type { VerifyJob } from './verify.ts';

const BEARER = /^Bearer ([\x21-\x7e]{20,16000})$/i;
const SESSION = /^kts_[A-Za-z0-9_-]{43}$/;

export interface TokenRoutes {
  readonly context: Context;
  readonly verify: VerifyJob;
  readonly refusedCalls: RefusedCalls;
}

/**
 * `POST /v1/token`: a job's OIDC token for a session of its run, or a session for more time. The body is
 * not read. Whatever is wrong, the answer is one and the same 401.
 */
export function tokenRoutes({ context, verify, refusedCalls }: TokenRoutes): HttpApp {
  const app = newHttpApp();
  const exchange = async (token: string) => {
    const job = await verify(token);
    const opened = job === null ? null : await openSession(context, job);
    if (job === null || opened === null) return null;
    return jsonAnswer(
      { token: opened.token, client: job.client.id, expires_at: toIsoTime(opened.expiresAt) },
      201,
    );
  };
  const renew = async (token: string) => {
    const hash = sha256Hex(token);
    const caller = callerOfSession(context, hash);
    const expiresAt = caller === null ? null : await renewSession(context, hash);
    if (caller === null || expiresAt === null) return null;
    return jsonAnswer({ token, client: caller.id, expires_at: toIsoTime(expiresAt) });
  };
  app.post('/v1/token', async (http) => {
    const { headers, socket } = http.env.incoming;
    const token = BEARER.exec(headers.authorization ?? '')?.[1];
    const answer = token === undefined ? null : await (SESSION.test(token) ? renew(token) : exchange(token));
    if (answer !== null) return answer;
    await refusedCalls.unauthenticated(socket.remoteAddress ?? 'unknown', 'token');
    return problem(refuse('UNAUTHENTICATED'));
  });
  return app;
}
