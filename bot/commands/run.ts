import { type PersonCaller, toRequestId } from '../app/context.ts';
import { freezeStatus as calendarFreezes } from '../app/freeze-status.ts';
import { listForPerson, type Which } from '../app/list-for-person.ts';
import { lookAt } from '../app/look-at-request.ts';
import { mayRead } from '../app/readers.ts';
import { reviewRequest } from '../app/review-request.ts';
import { whoMay } from '../app/who-may.ts';
import { cancelRequest, revokeRequest, settleRequest, stopRequest } from '../app/withdraw-request.ts';
import type { ActionRequest } from '../core/request.ts';
import { MOST_LISTED, requestList } from '../views/request-list.ts';
import { whoMayLines } from '../views/who-may.ts';
import { moment, said, type Words } from '../views/words.ts';
import { type Answer, text } from './answer.ts';
import { auditExport, auditVerify } from './audit.ts';
import { ask, show, told } from './click.ts';
import { explain } from './explain.ts';
import { helpLines } from './help.ts';
import { link } from './link.ts';
import type { Means } from './means.ts';
import { type OnRequest, parse } from './parse.ts';
import { notFound } from './refused.ts';

/** A typed line. It may end, stop and withdraw; what releases or frees is a button's to do. */
export async function answerTyped(means: Means, caller: PersonCaller, line: string): Promise<Answer> {
  const parsed = parse(line);
  if (!parsed.ok) return text(false, [[parsed.problem, ' Type help for all commands.']]);
  const { typed } = parsed;
  switch (typed.name) {
    case 'help':
      return text(true, helpLines());
    case 'list':
      return list(means, caller, typed.which);
    case 'freeze status':
      return freezeStatus(means, caller);
    case 'link':
      return link(means, caller, typed.code);
    case 'audit export':
      return auditExport(means, caller, typed);
    case 'audit verify':
      return auditVerify(means, caller);
    default: {
      const request = requestByNumber(means, caller, typed.number);
      return request === null
        ? notFound(means, caller, typed.name)
        : onRequest(means, caller, typed, request);
    }
  }
}

async function onRequest(
  means: Means,
  caller: PersonCaller,
  typed: OnRequest,
  request: ActionRequest,
): Promise<Answer> {
  const { context } = means;
  const { id, actionDigest } = request;
  const about = (verb: 'reject' | 'flag' | 'revoke' | 'stop' | 'settle' | 'cancel') => ({
    verb,
    request: id,
  });
  switch (typed.name) {
    case 'show':
    // The card's button approves: it carries the digest of what this person then sees.
    case 'approve':
      return show(means, caller, id);
    case 'clear':
    case 'break-glass':
    case 'post-review':
      return ask(means, caller, id, typed.name);
    case 'who':
      return who(means, request);
    case 'policy explain':
      return explain(means, caller, id);
    case 'cancel':
      return told(means, caller, about('cancel'), await cancelRequest(context, caller, id, null));
    case 'reject':
    case 'flag': {
      const { name: verdict, comment } = typed;
      if (comment === null) return ask(means, caller, id, verdict);
      const vote = { verdict, actionDigest, comment };
      return told(means, caller, about(verdict), await reviewRequest(context, caller, id, vote));
    }
    case 'revoke':
      if (typed.comment === null) return ask(means, caller, id, 'revoke');
      return told(means, caller, about('revoke'), await revokeRequest(context, caller, id, typed.comment));
    case 'stop': {
      // Stopping is urgent, and nobody should have to think of a reason first.
      const comment = typed.comment ?? 'Stopped by command.';
      return told(means, caller, about('stop'), await stopRequest(context, caller, id, comment));
    }
    case 'settle': {
      const { status, comment } = typed;
      if (comment === null) return ask(means, caller, id, 'settle');
      return told(
        means,
        caller,
        about('settle'),
        await settleRequest(context, caller, id, { status, comment }),
      );
    }
  }
}

function requestByNumber({ context }: Means, caller: PersonCaller, number: number): ActionRequest | null {
  const [row] = context.store.committed.list({ states: null, requester: null, before: number + 1, most: 1 });
  return row?.number === number && mayRead(context.rulebook, caller, row) ? row : null;
}

const TITLES: Readonly<Record<Which, readonly [title: string, empty: string]>> = {
  waiting: ['Waits for you', 'Nothing waits for you.'],
  pending: ['Waits for somebody', 'Nothing waits.'],
  mine: ['Asked by you, on your behalf, or by what you own', 'Nothing was asked.'],
  all: ['All requests', 'There are no requests.'],
};

async function list({ context }: Means, caller: PersonCaller, which: Which): Promise<Answer> {
  const found = await listForPerson(context, caller, which);
  const [title, empty] = TITLES[which];
  const looks = found.slice(0, MOST_LISTED).flatMap(({ id }) => lookAt(context, id) ?? []);
  return { kind: 'list', list: requestList(looks, { title, empty, all: found.length }) };
}

function who({ context }: Means, request: ActionRequest): Answer {
  const look = lookAt(context, toRequestId(request.id));
  return text(true, look === null ? [] : whoMayLines(look, whoMay(context, request)));
}

/** Who is frozen, for those who may know it: auditors, those who may lift it, and who answers for it. */
function freezeStatus({ context }: Means, caller: PersonCaller): Answer {
  const { rulebook, store } = context;
  const groups = rulebook.people.get(caller.id)?.groups ?? [];
  const mayKnow =
    rulebook.auditors.has(caller.id) || groups.some((group) => rulebook.clearFrom.includes(group));
  const frozen = store.committed
    .frozenRequesters(MOST_LISTED)
    .filter(({ requester }) => mayKnow || requester === caller.id || ownerOf(requester) === caller.id);
  function ownerOf(requester: string) {
    return [...rulebook.clients.values()].find(({ id }) => id === requester)?.owner;
  }
  const calendar = calendarFreezes(context)
    .filter(({ until }) => until !== null)
    .map(({ id, until }): Words => [`Freeze ${id} is in force until ${moment(until ?? 0)}.`]);
  if (frozen.length + calendar.length === 0)
    return text(true, [['No freeze is in force that concerns you.']]);
  return text(true, [
    ...calendar,
    ...frozen.map(({ requester, at }): Words => {
      const person = [...rulebook.people.values()].find(({ id }) => id === requester);
      return [
        said(person?.name ?? requester),
        ` is frozen since ${moment(at)}, because a request was flagged.`,
      ];
    }),
  ]);
}
