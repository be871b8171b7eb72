import { breakGlass, postReview } from '../app/break-glass.ts';
import type { Changed } from '../app/change-request.ts';
import { clearRequester } from '../app/clear-requester.ts';
import { type PersonCaller, toRequestId } from '../app/context.ts';
import { type Look, lookAt } from '../app/look-at-request.ts';
import { readRequest } from '../app/read-requests.ts';
import { reviewRequest } from '../app/review-request.ts';
import { viewPayload } from '../app/view-payload.ts';
import { waitsFor } from '../app/who-may.ts';
import {
  cancelRequest,
  clearRequest,
  revokeRequest,
  settleRequest,
  stopRequest,
} from '../app/withdraw-request.ts';
import {
  type ActionRequest,
  type PersonId,
  type RequestId,
  VERDICTS,
  type Verdict,
} from '../core/request.ts';
import type { Verb } from '../views/button.ts';
import { type FormVerb, formFor } from '../views/forms.ts';
import { fullView } from '../views/full-view.ts';
import { ownCard } from '../views/request-card.ts';
import type { Words } from '../views/words.ts';
import { type Answer, type Click, text } from './answer.ts';
import { doneLines } from './done.ts';
import type { Means } from './means.ts';
import { LONGEST_COMMENT } from './parse.ts';
import { notFound, refused } from './refused.ts';

/** A button or a form that came in. Whatever it holds came over a network, and is checked here again. */
export async function answerClick(means: Means, caller: PersonCaller, click: Click): Promise<Answer> {
  const { verb } = click;
  const comment = readComment(click);
  if (comment === undefined)
    return text(false, [[`A comment has at most ${LONGEST_COMMENT} characters of valid text.`]]);
  switch (verb) {
    case 'show':
      return show(means, caller, click.request);
    case 'next':
      return next(means, caller, click.digest);
    case 'view':
      return view(means, caller, click.request);
    case 'break-glass':
      return glass(means, caller, click, comment);
    case 'post-review': {
      const verdict = VERDICTS.find((one) => one === click.fields['verdict']);
      if (comment === null || verdict === undefined) return ask(means, caller, click.request, verb);
      const { context } = means;
      return told(means, caller, click, await postReview(context, caller, idOf(click), { verdict, comment }));
    }
    case 'approve':
    case 'reject':
    case 'flag':
      if (verb !== 'approve' && comment === null) return ask(means, caller, click.request, verb);
      return vote(means, caller, click, verb, comment);
    case 'clear':
    case 'revoke':
    case 'stop':
      if (comment === null) return ask(means, caller, click.request, verb);
      return withdraw(means, caller, click, verb, comment);
    case 'settle': {
      const status = click.fields['status'];
      if (comment === null || (status !== 'succeeded' && status !== 'failed')) {
        return ask(means, caller, click.request, verb);
      }
      const { context } = means;
      return told(
        means,
        caller,
        click,
        await settleRequest(context, caller, idOf(click), { status, comment }),
      );
    }
    case 'cancel':
      return told(means, caller, click, await cancelRequest(means.context, caller, idOf(click), null));
  }
}

function idOf({ request }: Click): RequestId {
  return toRequestId(request);
}

/** Null where there is none, undefined where it cannot be taken. */
function readComment({ fields }: Click): string | null | undefined {
  const comment = fields['comment']?.trim() ?? '';
  if (comment === '') return null;
  return comment.length <= LONGEST_COMMENT && comment.isWellFormed() ? comment : undefined;
}

async function vote(
  means: Means,
  caller: PersonCaller,
  click: Click,
  verdict: Verdict,
  comment: string | null,
): Promise<Answer> {
  const { context } = means;
  const ballot = { verdict, actionDigest: click.digest, comment, fromCard: true };
  const changed = await reviewRequest(context, caller, idOf(click), ballot);
  // A comment that the plan demands is asked for, as if the card had known.
  if (!changed.ok && changed.code === 'COMMENT_REQUIRED') return ask(means, caller, click.request, verdict);
  return told(means, caller, click, changed);
}

/** The digest is that of the form: another stored one refuses. */
async function glass(
  means: Means,
  caller: PersonCaller,
  click: Click,
  reason: string | null,
): Promise<Answer> {
  const confirmTarget = click.fields['confirm_target']?.trim() ?? '';
  if (reason === null || confirmTarget === '') return ask(means, caller, click.request, 'break-glass');
  const said = { actionDigest: click.digest, reason, confirmTarget };
  return told(means, caller, click, await breakGlass(means.context, caller, idOf(click), said));
}

async function withdraw(
  means: Means,
  caller: PersonCaller,
  click: Click,
  verb: 'clear' | 'revoke' | 'stop',
  comment: string,
): Promise<Answer> {
  const { context } = means;
  const id = idOf(click);
  if (verb === 'revoke') return told(means, caller, click, await revokeRequest(context, caller, id, comment));
  if (verb === 'stop') return told(means, caller, click, await stopRequest(context, caller, id, comment));
  const cleared = await clearRequest(context, caller, id, comment);
  if (!cleared.ok || click.fields['freeze'] !== 'lift') return told(means, caller, click, cleared);
  const lifted = await clearRequester(context, caller, requesterKey(means, cleared.request), comment);
  const more: Words = lifted.ok
    ? ['Its requester may ask again.']
    : ['Its requester stays frozen: you may not lift that.'];
  return told(means, caller, click, cleared, [more]);
}

function requesterKey({ context }: Means, { requester }: ActionRequest): string {
  return requester.kind === 'human'
    ? (context.store.committed.keyOf(requester.id as PersonId) ?? requester.id)
    : requester.id;
}

export async function told(
  means: Means,
  caller: PersonCaller,
  click: { readonly verb: Verb; readonly request: string },
  changed: Changed,
  more: readonly Words[] = [],
): Promise<Answer> {
  if (!changed.ok) return refused(means, caller, click.request, changed);
  const look = lookAt(means.context, changed.request.id);
  return look === null ? text(true, more) : text(true, [...doneLines(click.verb, look), ...more]);
}

/** The request as this person may see it. */
async function lookAs({ context }: Means, caller: PersonCaller, id: string): Promise<Look | null> {
  const request = await readRequest(context, caller, toRequestId(id));
  return request === null ? null : lookAt(context, request.id);
}

export async function show(means: Means, caller: PersonCaller, id: string): Promise<Answer> {
  const look = await lookAs(means, caller, id);
  return look === null ? notFound(means, caller, 'show') : { kind: 'card', card: ownCard(look) };
}

export async function ask(means: Means, caller: PersonCaller, id: string, verb: FormVerb): Promise<Answer> {
  const look = await lookAs(means, caller, id);
  if (look === null) return notFound(means, caller, verb);
  if (verb === 'break-glass' && look.request.demands.breakGlass.length === 0)
    return text(false, [['The policy has no break-glass for this request.']]);
  if (verb === 'post-review' && look.request.brokenGlass === null)
    return text(false, [['Nobody broke the glass for this request.']]);
  return { kind: 'form', form: formFor(look, verb) };
}

async function view(means: Means, caller: PersonCaller, id: string): Promise<Answer> {
  const viewed = await viewPayload(means.context, caller, toRequestId(id));
  if (!viewed.ok) return refused(means, caller, id, viewed);
  const look = lookAt(means.context, viewed.request.id);
  return look === null
    ? notFound(means, caller, 'view')
    : { kind: 'full-view', view: fullView(look, viewed) };
}

/** Of the requests in a digest, the one that waits for this person and expires first. */
async function next(means: Means, caller: PersonCaller, digest: string): Promise<Answer> {
  const { context } = means;
  const waiting: ActionRequest[] = [];
  for (const id of context.store.committed.digested(digest)) {
    const request = await readRequest(context, caller, id);
    if (request !== null && waitsFor(context, caller.id, request)) waiting.push(request);
  }
  const [first] = waiting.sort((a, b) => a.demands.expiresAt - b.demands.expiresAt || a.number - b.number);
  return first === undefined
    ? text(true, [['Nothing of these waits for you.']])
    : show(means, caller, first.id);
}
