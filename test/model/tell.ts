import { breakGlass, postReview } from '../../bot/app/break-glass.ts';
import { clearRequester } from '../../bot/app/clear-requester.ts';
import { consumeRequest } from '../../bot/app/consume-request.ts';
import type { Caller, Context, PersonCaller } from '../../bot/app/context.ts';
import { cancelAbandoned, expireDue, forgetRepeats } from '../../bot/app/expire-due.ts';
import { meetPolicy } from '../../bot/app/meet-policy.ts';
import { listRequests, readRequest, waitForRequest, whyNotRead } from '../../bot/app/read-requests.ts';
import { reportHeartbeat, reportOutcome } from '../../bot/app/report-outcome.ts';
import { reviewRequest } from '../../bot/app/review-request.ts';
import { submitRequest } from '../../bot/app/submit-request.ts';
import { viewPayload } from '../../bot/app/view-payload.ts';
import {
  cancelRequest,
  clearRequest,
  revokeRequest,
  settleRequest,
  stopRequest,
} from '../../bot/app/withdraw-request.ts';
import { type Refusal, refuse } from '../../bot/core/refusal.ts';
import type { ActionRequest, PersonId, RequestId } from '../../bot/core/request.ts';
import { authenticator } from '../../connectors/api/authenticate.ts';
import type { Who } from './firm.ts';
import type { Said, SaidBy, SaidOn } from './said.ts';
import { tokenOf } from './to-rulebook.ts';

/** What the bot said to one call, whichever use case it was. */
export type Answered =
  | {
      readonly ok: true;
      readonly request: ActionRequest | null;
      readonly created?: boolean;
      /** What a consume hands out. */
      readonly released?: string;
      readonly listed?: readonly ActionRequest[];
      readonly payload?: unknown;
    }
  | Refusal;

/** The author of a commit, say. */
const STRANGER = { account: 'github:github.com/583231', because: 'author of a commit' };

const yes = { ok: true, request: null } as const;

/** Who calls, as the API finds out: by a token. Mallory is what a face makes of an account nobody linked. */
export function authenticated(context: Context): (who: Who) => Caller | null {
  const authenticate = authenticator(() => context.rulebook);
  return (who) => (who === 'mallory' ? MALLORY : authenticate(`Bearer ${tokenOf(who)}`));
}

export const MALLORY: PersonCaller = {
  actor: {
    kind: 'person',
    person: 'psn_ffffffffffffffffffffffffffffffff' as PersonId,
    via: 'room',
    account: 'room:mallory',
    verifiedBy: 'token',
    roles: ['dba', 'security'],
  },
  id: 'psn_ffffffffffffffffffffffffffffffff' as PersonId,
  key: 'mallory',
};

/** Makes the call. Nothing is awaited before the use case itself awaits, so that calls can race. */
export async function tell(
  context: Context,
  who: (who: Who) => Caller | null,
  said: Said,
): Promise<Answered> {
  switch (said.call) {
    case 'sweep':
      return expireDue(context)
        .then(() => meetPolicy(context))
        .then(() => yes);
    case 'leave':
      return cancelAbandoned(context).then(() => yes);
    case 'forget':
      return forgetRepeats(context).then(() => yes);
    default: {
      const caller = who(said.who);
      return caller === null ? refuse('UNAUTHENTICATED') : tellAs(context, caller, said);
    }
  }
}

async function tellAs(context: Context, caller: Caller, said: SaidBy): Promise<Answered> {
  // The API lets only people make some of these calls. Here a machine gets through to the use case.
  const person = caller as PersonCaller;
  switch (said.call) {
    case 'submit':
      return submitRequest(context, caller, said.body, said.key, said.hasStranger ? [STRANGER] : []);
    case 'list':
      return listRequests(context, caller, { states: null, requester: null, before: null, limit: 100 }).then(
        ({ items }) => ({ ok: true, request: null, listed: items }),
      );
    case 'clear requester': {
      const cleared = await clearRequester(context, person, said.requester, said.comment);
      return cleared.ok ? yes : cleared;
    }
    default:
      return tellAbout(context, caller, said, said.id as RequestId);
  }
}

async function tellAbout(context: Context, caller: Caller, said: SaidOn, id: RequestId): Promise<Answered> {
  const person = caller as PersonCaller;
  switch (said.call) {
    case 'view':
      return viewPayload(context, caller, id);
    case 'review': {
      const { verdict, digest, comment, via } = said;
      return reviewRequest(context, by(person, via), id, { verdict, actionDigest: digest, comment });
    }
    case 'glass': {
      const { digest: actionDigest, reason, target: confirmTarget, via } = said;
      return breakGlass(context, by(person, via), id, { actionDigest, reason, confirmTarget });
    }
    case 'post-review': {
      const { verdict, comment, via } = said;
      return postReview(context, by(person, via), id, { verdict, comment });
    }
    case 'cancel':
      return cancelRequest(context, caller, id, said.key);
    case 'revoke':
      return revokeRequest(context, person, id, said.comment);
    case 'stop':
      return stopRequest(context, person, id, said.comment);
    case 'clear':
      return clearRequest(context, person, id, said.comment);
    case 'settle':
      return settleRequest(context, person, id, said);
    case 'consume': {
      const consumed = await consumeRequest(context, caller, id, said.digest, said.key);
      return consumed.ok ? { ok: true, request: null, released: consumed.answer } : consumed;
    }
    case 'outcome': {
      const { nonce, status, exitCode } = said;
      return reportOutcome(context, caller, id, { nonce, status, exitCode, detail: null });
    }
    case 'heartbeat':
      return reportHeartbeat(context, caller, id, said.nonce);
    case 'read':
      return found(await readRequest(context, caller, id), whyNotRead(context, caller, id));
    case 'poll': {
      const wait = { ms: 0, known: null, signal: new AbortController().signal };
      return found(await waitForRequest(context, caller, id, wait), whyNotRead(context, caller, id));
    }
  }
}

/** By a call, or by a click in a session that was begun with a code. */
function by(person: PersonCaller, via: 'api' | 'room'): PersonCaller {
  return { ...person, actor: { ...person.actor, via, verifiedBy: via === 'room' ? 'session' : 'token' } };
}

function found(request: ActionRequest | null, why: Refusal): Answered {
  return request === null ? why : { ok: true, request };
}
