import type { z } from 'zod';
import { toRequestId } from '../../bot/app/context.ts';
import type { Refused } from '../../bot/app/record-refusal.ts';
import type { WorkerCaller, WorkerDesk } from '../../bot/app/worker-desk.ts';
import { type Refusal, refuse } from '../../bot/core/refusal.ts';
import type { Finished, Released } from '../../bot/ports/home.ts';
import { type Http, type HttpApp, newHttpApp } from '../http/bindings.ts';
import { jsonAnswer } from '../http/json-answer.ts';
import { workerOf } from './authenticate-worker.ts';
import { type Answer, type ApiOptions, createCalls, isRefusal } from './call.ts';
import {
  ClaimBody,
  type ClaimView,
  FinishBody,
  HelloBody,
  KeepBody,
  MOST_PART_BYTES,
  PartBody,
} from './schema-worker.ts';

export interface WorkerApi {
  readonly desk: WorkerDesk;
  /** Name and version of this bot. A worker of another version might run something else than was shown. */
  readonly software: string;
}

/** All that a worker's token is good for. No other route knows it. */
export function workerRoutes(options: ApiOptions, { desk, software }: WorkerApi): HttpApp {
  const { context, authenticate, refusedCalls } = options;
  const { guarded, body, told, unauthenticated } = createCalls(options);
  const api = newHttpApp();

  const refused = async (who: Refused, name: string, refusal: Refusal) => {
    await refusedCalls.authenticated(who, name, refusal.code);
    return told(null, refusal);
  };
  function post<S extends z.ZodType>(
    path: string,
    name: string,
    schema: S,
    work: (caller: WorkerCaller, said: z.infer<S>, http: Http) => Promise<Answer> | Answer,
    /** What the use case has put on the record itself. */
    isRecorded: (refusal: Refusal) => boolean = () => false,
  ): void {
    api.post(path, (http) =>
      guarded(http, name, async () => {
        const { authorization } = http.env.incoming.headers;
        const asked = workerOf(context.rulebook, authorization);
        if (asked === null) {
          const other = authenticate(authorization);
          return other === null ? unauthenticated(http, name) : refused(other, name, refuse('FORBIDDEN'));
        }
        const said = await body(http, schema, () => []);
        if (isRefusal(said)) return refused(asked, name, said);
        // A body may take its time, and a worker may be taken away meanwhile.
        const caller = workerOf(context.rulebook, authorization);
        if (caller === null) return unauthenticated(http, name);
        const answer = await work(caller, said, http);
        if (!isRefusal(answer)) return answer;
        return isRecorded(answer) ? told(null, answer) : refused(caller, name, answer);
      }),
    );
  }
  const idOf = (http: Http) => toRequestId(http.req.param('id') ?? '');
  const skewed = (version: string): Refusal | null => {
    if (version === software) return null;
    const problem = `is ${version.slice(0, 64)}, and the bot is ${software}: both must be the same`;
    return refuse('INVALID', { fields: [{ pointer: '/version', problem }] });
  };

  post('/v1/worker', 'worker', HelloBody, (caller, { version }) => {
    const introduced = desk.introduce(caller);
    if (!introduced.ok) return introduced;
    return skewed(version) ?? jsonAnswer({ worker: caller.id, labels: introduced.labels, version: software });
  });
  post(
    '/v1/worker/runs/:id/claim',
    'claim',
    ClaimBody,
    async (caller, { version, challenge }, http) => {
      const no = skewed(version);
      if (no !== null) return no;
      const claimed = await desk.claim(caller, idOf(http), challenge);
      return claimed.ok ? jsonAnswer(toClaimView(claimed)) : claimed;
    },
    // Those of a wake-up that came twice or too soon are expected: the use case leaves them to us.
    ({ code }) => !['INVALID', 'ALREADY_CONSUMED', 'LIMIT_REACHED', 'UNAVAILABLE'].includes(code),
  );
  post('/v1/worker/runs/:id/heartbeat', 'worker heartbeat', KeepBody, async (caller, { attempt }, http) => {
    const kept = await desk.keep(caller, idOf(http), attempt);
    return kept.ok ? jsonAnswer({ stop: kept.stop }) : kept;
  });
  post('/v1/worker/runs/:id/output', 'worker output', PartBody, (caller, part, http) => {
    const bytes = Buffer.from(part.bytes, 'base64');
    if (bytes.length > MOST_PART_BYTES) return refuse('BODY_TOO_LARGE');
    const taken = desk.take(caller, idOf(http), { ...part, bytes });
    return taken.ok ? jsonAnswer({ bytes: taken.bytes }) : taken;
  });
  post('/v1/worker/runs/:id/outcome', 'worker outcome', FinishBody, async (caller, said, http) => {
    const told = await desk.finish(caller, idOf(http), toFinished(said));
    return told.ok ? jsonAnswer({ ok: true }) : told;
  });
  return api;
}

function toClaimView({ job, leaseMs, redact, settings, actionText }: Released): ClaimView {
  const { request, attempt, action, target, actionDigest, grant } = job;
  return {
    request,
    attempt,
    action,
    target: { ...target },
    action_digest: actionDigest,
    action_text: actionText,
    lease_ms: leaseMs,
    redact: [...redact],
    settings: { ...settings },
    grant: grant as ClaimView['grant'],
  };
}

function toFinished({
  attempt,
  status,
  exit_code,
  detail,
  retryable,
  retry_in_ms,
  output,
}: FinishBody): Finished {
  const printed =
    output === null
      ? null
      : // The digest is the bot's own, of the file that it has.
        { attempt, bytes: output.bytes, isCut: output.is_cut, tail: output.tail, sha256: '' };
  const ended = { status, exitCode: exit_code, detail, retryable };
  return { attempt, ended, retryInMs: retry_in_ms, output: printed };
}
