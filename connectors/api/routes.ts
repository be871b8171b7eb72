import { breakGlass, postReview } from '../../bot/app/break-glass.ts';
import type { Changed } from '../../bot/app/change-request.ts';
import { claimProblems } from '../../bot/app/claims.ts';
import { clearRequester } from '../../bot/app/clear-requester.ts';
import { consumeRequest } from '../../bot/app/consume-request.ts';
import { type Caller, isPerson, toRequestId } from '../../bot/app/context.ts';
import { reportHeartbeat, reportOutcome } from '../../bot/app/report-outcome.ts';
import { reviewRequest } from '../../bot/app/review-request.ts';
import { submitRequest } from '../../bot/app/submit-request.ts';
import * as withdraw from '../../bot/app/withdraw-request.ts';
import type { Http, HttpApp } from '../http/bindings.ts';
import { jsonAnswer, jsonText } from '../http/json-answer.ts';
import { auditRoutes } from './audit-routes.ts';
import { type Answer, type ApiOptions, createCalls } from './call.ts';
import { readingRoutes } from './reading-routes.ts';
import {
  BreakGlassBody,
  CommentBody,
  ConsumeBody,
  HeartbeatBody,
  NoBody,
  OutcomeBody,
  PostReviewBody,
  ReviewBody,
  SettleBody,
  SubmitBody,
  SubmitClaims,
} from './schema.ts';
import { toSubmission } from './submission.ts';

/** Every call that changes something, under `/v1`. */
export function apiRoutes(options: ApiOptions): HttpApp {
  const { context } = options;
  const { post, shown } = createCalls(options);
  const api = readingRoutes(options);
  api.route('/', auditRoutes(options));
  const idOf = (http: Http) => toRequestId(http.req.param('id') ?? '');
  const changed = async (caller: Caller, result: Promise<Changed>): Promise<Answer> => {
    const settled = await result;
    return settled.ok ? shown(caller, settled.request) : settled;
  };

  api.post(
    '/v1/requests',
    post(
      'submit',
      'anyone',
      SubmitBody,
      async (_http, caller, said, key) => {
        const behind = isPerson(caller) ? [] : (caller.behind ?? []);
        const result = await submitRequest(context, caller, toSubmission(said), key, behind);
        return result.ok ? shown(caller, result.request, result.created ? 201 : 200) : result;
      },
      (caller, value) => {
        const claims = SubmitClaims.safeParse(value);
        if (!claims.success) return [];
        const { target, on_behalf_of } = claims.data;
        return claimProblems(context, caller, { environment: target.environment, onBehalfOf: on_behalf_of });
      },
    ),
  );
  api.post(
    '/v1/requests/:id/reviews',
    post('review', 'person', ReviewBody, (http, caller, { verdict, action_digest, comment }) =>
      changed(
        caller,
        reviewRequest(context, caller, idOf(http), {
          verdict,
          actionDigest: action_digest,
          comment: comment ?? null,
        }),
      ),
    ),
  );
  api.post(
    '/v1/requests/:id/break-glass',
    post(
      'break-glass',
      'person',
      BreakGlassBody,
      (http, caller, { action_digest, reason, confirm_target }) => {
        const said = { actionDigest: action_digest, reason, confirmTarget: confirm_target };
        return changed(caller, breakGlass(context, caller, idOf(http), said));
      },
    ),
  );
  api.post(
    '/v1/requests/:id/post-review',
    post('post-review', 'person', PostReviewBody, (http, caller, { verdict, comment }) =>
      changed(caller, postReview(context, caller, idOf(http), { verdict, comment: comment ?? null })),
    ),
  );
  api.post(
    '/v1/requests/:id/cancel',
    post('cancel', 'anyone', NoBody, (http, caller, _said, key) =>
      changed(caller, withdraw.cancelRequest(context, caller, idOf(http), key)),
    ),
  );
  api.post(
    '/v1/requests/:id/revoke',
    post('revoke', 'person', CommentBody, (http, caller, { comment }) =>
      changed(caller, withdraw.revokeRequest(context, caller, idOf(http), comment ?? '')),
    ),
  );
  api.post(
    '/v1/requests/:id/stop',
    post('stop', 'person', CommentBody, (http, caller, { comment }) =>
      changed(caller, withdraw.stopRequest(context, caller, idOf(http), comment ?? '')),
    ),
  );
  api.post(
    '/v1/requests/:id/clear',
    post('clear', 'person', CommentBody, (http, caller, { comment }) =>
      changed(caller, withdraw.clearRequest(context, caller, idOf(http), comment ?? '')),
    ),
  );
  api.post(
    '/v1/requesters/:id/clear',
    post('clear requester', 'person', CommentBody, async (http, caller, { comment }) => {
      const id = http.req.param('id') ?? '';
      const cleared = await clearRequester(context, caller, id, comment ?? '');
      return cleared.ok ? jsonAnswer({ id, frozen: false }) : cleared;
    }),
  );
  api.post(
    '/v1/requests/:id/settle',
    post('settle', 'person', SettleBody, (http, caller, { status, comment }) =>
      changed(
        caller,
        withdraw.settleRequest(context, caller, idOf(http), { status, comment: comment ?? '' }),
      ),
    ),
  );
  api.post(
    '/v1/requests/:id/consume',
    post('consume', 'anyone', ConsumeBody, async (http, caller, { action_digest }, key) => {
      const consumed = await consumeRequest(context, caller, idOf(http), action_digest, key);
      if (!consumed.ok) return consumed;
      return jsonText(consumed.answer);
    }),
  );
  api.post(
    '/v1/requests/:id/outcome',
    post('outcome', 'anyone', OutcomeBody, (http, caller, { nonce, status, exit_code, detail }) => {
      const report = { nonce, status, exitCode: exit_code ?? null, detail: detail ?? null };
      return changed(caller, reportOutcome(context, caller, idOf(http), report));
    }),
  );
  api.post(
    '/v1/requests/:id/heartbeat',
    post('heartbeat', 'anyone', HeartbeatBody, (http, caller, { nonce }) =>
      changed(caller, reportHeartbeat(context, caller, idOf(http), nonce)),
    ),
  );
  return api;
}
