import type { Look, Names } from '../app/look-at-request.ts';
import type { Teller, ToldEntry } from '../app/told-entry.ts';
import type { ActionRequest, Outcome } from '../core/request.ts';
import { glassLines } from './glass.ts';
import { moment, said, saidInLine, type Words } from './words.ts';

type Review = ActionRequest['reviews'][number];

/** What was decided and by whom, and how it went on, line by line. Null while it waits for votes. */
export function outcomeOf(look: Look): readonly Words[] | null {
  const { request } = look;
  if (request.state === 'pending') return null;
  const votes = request.reviews.filter(({ verdict, void: isVoid }) => verdict !== 'approve' || !isVoid);
  const lines = votes.map((vote) => reviewLine(vote, look.names));
  return [...lines, ...glassLines(look), ...closing(look)];
}

const VERDICT = { approve: 'Approved', reject: 'Rejected', flag: 'Flagged' } as const;

/** "Approved by Bob Ruiz at 2026-11-22 10:03 UTC: looks right". */
function reviewLine({ person, verdict, comment, at }: Review, names: Names): Words {
  return [`${VERDICT[verdict]} by `, said(names.person(person)), ` at ${moment(at)}`, ...because(comment)];
}

/** ": the comment", or a full stop. */
export function because(comment: string | null | undefined): Words {
  const text = comment?.trim() ?? '';
  return text === '' ? ['.'] : [': ', saidInLine(text)];
}

export function tellerName(actor: Teller, names: Names): Words {
  switch (actor.kind) {
    case 'person':
      return [said(names.person(actor.person))];
    case 'client':
      return [said(actor.client)];
    case 'policy':
      return ['the policy'];
    case 'keyturn':
      return ['Keyturn'];
  }
}

const STOPPING = ' It was asked to stop.';

/** What is not a vote: how the wait, the release or the run ended. */
function closing(look: Look): readonly Words[] {
  const { request, turned, names } = look;
  const { state, execution, resolvedAt, tell } = request;
  const at = turned === null ? '' : ` at ${moment(turned.at)}`;
  switch (state) {
    case 'flagged':
      return turned?.data['because'] === 'requester_frozen'
        ? [[`Stopped${at}: another request of this requester was flagged.`]]
        : [];
    case 'denied':
      return [[`Denied by the policy${at}`, ...because(tell)]];
    case 'expired':
      return [[`Nobody decided in time. It expired at ${moment(resolvedAt ?? request.demands.expiresAt)}.`]];
    case 'lapsed':
      return [[`It was not run in time. The approval ended${at}.`]];
    case 'cancelled':
      return [cancelledLine(turned, names)];
    case 'revoked':
      return revokedLines(turned, names);
    case 'executing':
      return execution === null
        ? []
        : [[`Released at ${moment(execution.startedAt)}.`, ...(execution.stopRequested ? [STOPPING] : [])]];
    case 'unknown':
      return [['It was released, and no outcome came. A person must say how it ended: settle.']];
    case 'succeeded':
    case 'failed':
      return execution?.outcome == null ? [] : [endLine(execution.outcome, names)];
    default:
      return [];
  }
}

function cancelledLine(turned: ToldEntry | null, names: Names): Words {
  if (turned === null) return ['Cancelled.'];
  const at = moment(turned.at);
  return turned.data['because'] === 'caller_left'
    ? [`Its requester stopped waiting. Cancelled at ${at}.`]
    : ['Cancelled by ', ...tellerName(turned.actor, names), ` at ${at}.`];
}

/** A flag that revoked is told by the flag's own line. */
function revokedLines(turned: ToldEntry | null, names: Names): readonly Words[] {
  if (turned === null || turned.data['because'] === 'flag') return [];
  const at = moment(turned.at);
  if (turned.data['because'] === 'requester_frozen') {
    return [[`Revoked at ${at}: another request of this requester was flagged.`]];
  }
  if (turned.data['because'] === 'policy') return [[`Revoked at ${at}: the policy changed.`]];
  return [
    ['Revoked by ', ...tellerName(turned.actor, names), ` at ${at}`, ...because(turned.texts['comment'])],
  ];
}

function endLine({ status, exitCode, at, settledBy, detail }: Outcome, names: Names): Words {
  if (settledBy !== null) {
    return [
      `Settled as ${status} by `,
      said(names.person(settledBy)),
      ` at ${moment(at)}`,
      ...because(detail),
    ];
  }
  const code = exitCode === null ? '' : ` with exit code ${exitCode}`;
  return [`It ${status}${code} at ${moment(at)}.`];
}
