import type { Look } from '../app/look-at-request.ts';
import type { ToldEntry } from '../app/told-entry.ts';
import type { PersonId } from '../core/request.ts';
import { visible } from '../core/visible.ts';
import { missingSeats } from './facts.ts';
import { glassTold } from './glass.ts';
import { because, tellerName } from './outcome.ts';
import { startedLine } from './started-line.ts';
import { joined, moment, said, type Untrusted, type Words } from './words.ts';

/** One line of the story under a card. */
export interface ThreadLine {
  readonly words: Words;
  /** Groups of the policy that this line calls on; a face mentions them where it can, once. */
  readonly mentions: readonly string[];
  /** The last lines of output: literal text for a monospaced block, or null. */
  readonly output: Untrusted | null;
}

/** Of a long output people need the end. The whole of it stands where it ran. */
const OUTPUT_LINES = 12;
const OUTPUT_CHARACTERS = 2_000;

/** What this entry says to who reads the thread, or null when it says nothing there. */
export function threadLine(entry: ToldEntry, look: Look): ThreadLine | null {
  switch (entry.type) {
    case 'request.submitted':
      return asked(look);
    case 'execution.started':
      return { ...startedLine(entry, look), mentions: [] };
    case 'execution.succeeded':
    case 'execution.failed':
    case 'execution.late_report':
      return ended(entry, look);
    case 'reminder.sent':
      return reminded(entry, look);
    case 'break_glass.used':
    case 'break_glass.reviewed':
    case 'break_glass.overdue': {
      const told = glassTold(entry, tellerName(entry.actor, look.names), look);
      return told === null ? null : { ...told, output: null };
    }
    default: {
      const words = wordsOf(entry, look);
      return words === null ? null : { words, mentions: [], output: null };
    }
  }
}

/** Who was asked: the one place where groups are called on. */
function asked({ request }: Look): ThreadLine {
  const { seats, expiresAt } = request.demands;
  const needs = joined(
    seats.map(({ from, count }): Words => [`${count} of ${from.join(' or ')}`]),
    ' and ',
  );
  const words: Words = ['Asked: ', ...needs, `, until ${moment(expiresAt)}.`];
  return { words, mentions: [...new Set(seats.flatMap(({ from }) => from))], output: null };
}

/** Whoever can still fill a seat is called on again, and beside them whom the plan escalates to. */
function reminded({ at, data }: ToldEntry, look: Look): ThreadLine {
  const { request } = look;
  const { seats, expiresAt } = request.demands;
  // It may be posted long after it was due, when the place was down.
  if (request.state !== 'pending')
    return {
      words: [`A reminder was due at ${moment(at)}. It no longer waits.`],
      mentions: [],
      output: null,
    };
  const escalated = (data['groups'] ?? []) as readonly string[];
  const open = seats.flatMap(({ from, count }, index) =>
    (look.filledBy[index]?.length ?? 0) < count ? from : [],
  );
  const more =
    escalated.length === 0 ? '' : ` Escalated to ${escalated.join(' and ')}; who may decide stays the same.`;
  return {
    words: [`Still waits for ${missingSeats(look)}. It expires at ${moment(expiresAt)}.${more}`],
    mentions: [...new Set([...open, ...escalated])],
    output: null,
  };
}

function ended(entry: ToldEntry, { request }: Look): ThreadLine {
  const { type, data, texts, at } = entry;
  const status = type === 'execution.late_report' ? String(data['status']) : type.slice('execution.'.length);
  const code = typeof data['exit_code'] === 'number' ? ` with exit code ${data['exit_code']}` : '';
  // What Keyturn ran itself has printed something; of the rest there is what its caller reported.
  const printed = request.execution?.run?.output?.tail ?? '';
  const detail = [printed.trimEnd(), texts['detail'] ?? ''].filter((text) => text !== '').join('\n');
  const late =
    type === 'execution.late_report' ? 'A report that came too late to count says that it ' : 'It ';
  return {
    words: [`${late}${status}${code} at ${moment(at)}.`],
    mentions: [],
    output: detail.trim() === '' ? null : { untrusted: lastLines(visible(detail)) },
  };
}

/** Cut after it was made visible, so that no cut can hide a character. */
function lastLines(text: string): string {
  const lines = text.trimEnd().split('\n');
  const kept = lines.slice(-OUTPUT_LINES).join('\n');
  const cut = [...kept].slice(-OUTPUT_CHARACTERS).join('');
  return lines.length > OUTPUT_LINES || cut.length < kept.length ? `…\n${cut}` : cut;
}

function wordsOf({ type, actor, at, data, texts }: ToldEntry, look: Look): Words | null {
  const by = tellerName(actor, look.names);
  const comment = because(texts['comment']);
  switch (type) {
    case 'request.deduplicated':
      return ['The same was asked again, and waits for the same answer', ...because(texts['reason'])];
    case 'request.reevaluated':
      return ['The policy changed. Missing now: ', missingSeats(look) || 'nobody', '.'];
    case 'review.recorded':
      return [...by, ` ${VERDICT[String(data['verdict'])] ?? 'voted'}`, ...comment, ...stillMissing(data)];
    case 'request.approved':
      return actor.kind === 'policy'
        ? ['A rule allows it.']
        : [`Approved. It must start before ${moment(Date.parse(String(data['usable_until'])))}.`];
    case 'request.denied':
      return ['The policy denies it now', ...because(texts['tell'])];
    case 'request.flagged':
      return ['Stopped: another request of this requester was flagged.'];
    case 'request.cleared':
      return [...by, ' cleared it, and people can vote again', ...comment];
    case 'request.expired':
      return ['Nobody decided in time. It expired.'];
    case 'request.lapsed':
      return ['It was not run in time. The approval ended.'];
    case 'request.cancelled':
      return data['because'] === 'caller_left'
        ? ['Its requester stopped waiting. Cancelled.']
        : ['Cancelled by ', ...by, '.'];
    case 'request.revoked':
      return revoked(String(data['because']), by, comment);
    case 'request.identified':
      return [
        said(look.names.person(data['person'] as PersonId)),
        ` turned out to be ${String(data['because'])}, and may not decide on it.`,
      ];
    case 'request.stop_requested':
      return [...by, ' asked it to stop', ...comment];
    case 'grant.issued':
      return ['Released to ', said(look.names.requester(look.request)), ` at ${moment(at)}.`];
    case 'execution.retried':
      return [
        `Try ${String(data['attempt'])} failed. The next one starts at ${moment(Date.parse(String(data['retry_at'])))}`,
        ...because(texts['detail']),
      ];
    case 'execution.unknown':
      return ['No outcome came. Nobody knows how it ended, so a person must settle it.'];
    case 'execution.settled':
      return [...by, ` settled it as ${String(data['status'])}`, ...comment];
    default:
      return null;
  }
}

const VERDICT: Readonly<Record<string, string>> = {
  approve: 'approved',
  reject: 'rejected it',
  flag: 'flagged it, and its requester is frozen',
};

function stillMissing(data: ToldEntry['data']): Words {
  const { verdict, filled, of } = data;
  return verdict === 'approve' && Number(filled) < Number(of)
    ? [` ${String(filled)} of ${String(of)} so far.`]
    : [];
}

function revoked(reason: string, by: Words, comment: Words): Words {
  if (reason === 'requester_frozen') return ['Revoked: another request of this requester was flagged.'];
  if (reason === 'policy') return ['Revoked: the policy changed.'];
  if (reason === 'identity') return ['Revoked: somebody who approved turned out to stand behind it.'];
  return [...by, ' revoked the approval', ...comment];
}
