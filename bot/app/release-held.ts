import { type ActionRequest, isTerminal } from '../core/request.ts';
import { toldWords } from '../core/told-words.ts';
import type { Held, HeldStatus } from '../ports/held.ts';
import { write } from './change-request.ts';
import { consumeRequest } from './consume-request.ts';
import type { Context } from './context.ts';
import { aboutOf, callerOfHeld } from './hold-for-source.ts';
import { reportOutcome } from './report-outcome.ts';
import { cancelRequest } from './withdraw-request.ts';

/** What a source is to be told of one held thing now. */
export interface Word {
  readonly held: Held;
  readonly verdict: 'approve' | 'reject';
  /** For whoever looks at the source. Nothing that a client may not see. */
  readonly comment: string;
  readonly secrets: Readonly<Record<string, string>>;
}

const NOTHING: readonly Word[] = [];
const TAKEN_BY_ANOTHER = 'Approved once, and another run took it.';

/**
 * What there is to say about this request, by what is true at this moment. An approved one is consumed
 * first, for one of the things that it holds: everything is checked again, and the release is on disk
 * before anybody is told. `'later'`: it cannot be released now, and may be soon.
 */
export async function wordsOn(context: Context, request: ActionRequest): Promise<readonly Word[] | 'later'> {
  const { state, id } = request;
  const all = context.store.committed.heldOf(id);
  const waiting = all.filter(({ status }) => status === 'held');
  switch (state) {
    case 'pending':
    case 'flagged':
      return NOTHING;
    case 'approved': {
      // Of several, the newest: whoever began it is the most likely to still wait.
      const next = waiting.at(-1);
      if (next === undefined) return NOTHING;
      const taken = await take(context, request, next);
      if (taken !== 'taken') return taken;
      // That it was taken is news of its own, and by it the others are told.
      return [approval(context, next)];
    }
    case 'executing':
      return [
        ...all.filter(({ status }) => status === 'taken').map((held) => approval(context, held)),
        ...waiting.map((held) => no(context, held, TAKEN_BY_ANOTHER)),
      ];
    // It may have begun there. Nobody starts it again, and a person settles it.
    case 'unknown':
      return waiting.map((held) => no(context, held, TAKEN_BY_ANOTHER));
    default:
      return waiting.map((held) => no(context, held, whyNot(request)));
  }
}

async function take(context: Context, request: ActionRequest, held: Held) {
  const caller = callerOfHeld(context.rulebook, held, request);
  if (caller === null) return NOTHING;
  const about = aboutOf(held);
  const key = `release ${about}`;
  const consumed = await consumeRequest(
    context,
    caller,
    request.id,
    request.actionDigest,
    key,
    ({ tx }, nonce) => {
      const secrets = openSecrets(context, held);
      tx.setHeld(held, 'taken', context.sealer.seal(JSON.stringify({ secrets, nonce }), about));
    },
  );
  if (consumed.ok) return 'taken';
  switch (consumed.code) {
    case 'UNAVAILABLE':
    case 'FREEZE_IN_FORCE':
    case 'DIRECTORY_UNAVAILABLE':
      return 'later';
    // What is over or was taken has a notice of its own on its way.
    default:
      return NOTHING;
  }
}

function approval(context: Context, held: Held): Word {
  return { held, verdict: 'approve', comment: 'Approved in Keyturn.', secrets: openSecrets(context, held) };
}

function no(context: Context, held: Held, comment: string): Word {
  return { held, verdict: 'reject', comment, secrets: openSecrets(context, held) };
}

/** As the client itself would be told. */
function whyNot({ state, rejectReason, tell, number }: ActionRequest): string {
  const why = rejectReason ?? tell;
  return `Keyturn request ${number}: ${state}${why === null ? '' : `. ${toldWords(why)}`}`;
}

interface Sealed {
  readonly secrets?: Readonly<Record<string, string>>;
  readonly nonce?: string;
}

function openSealed({ sealer }: Context, held: Held): Sealed {
  const text = held.sealed === null ? null : sealer.open(held.sealed, aboutOf(held));
  return text === null ? {} : (JSON.parse(text) as Sealed);
}

export function openSecrets(context: Context, held: Held): Readonly<Record<string, string>> {
  return openSealed(context, held).secrets ?? {};
}

/** The source has heard it. */
export function setHeld(context: Context, held: Held, status: HeldStatus): Promise<void> {
  return write(context, ({ tx }) => tx.setHeld(held, status));
}

/** Over, unless it was let go meanwhile: then there is a word on its way that must not be lost. */
export function dropUnlessTaken(context: Context, held: Held): Promise<void> {
  return write(context, ({ tx }) => {
    if (tx.held(held.connector, held.subject)?.status === 'held') tx.setHeld(held, 'over');
  });
}

/** How what was released ended, as its source says. False where it was not released, or has ended. */
export async function endHeld(
  context: Context,
  { connector, subject }: Pick<Held, 'connector' | 'subject'>,
  ended: { readonly status: 'succeeded' | 'failed'; readonly detail: string | null },
): Promise<boolean> {
  const held = context.store.committed.held(connector, subject);
  const request = held === null ? null : context.store.committed.request(held.request);
  if (held === null || request === null) return false;
  // It ended there without a word of ours: somebody else let it go, or stopped it.
  if (held.status === 'held') {
    await leaveHeld(context, held, ended.detail ?? 'it ended at its source');
    return false;
  }
  const { nonce } = openSealed(context, held);
  const caller = callerOfHeld(context.rulebook, held, request);
  if (nonce === undefined || caller === null) return false;
  const told = await reportOutcome(context, caller, request.id, { nonce, exitCode: null, ...ended });
  await setHeld(context, held, 'over');
  return told.ok;
}

/** Nobody waits for it at its source any more. What was released there and did not run has failed. */
export async function leaveHeld(
  context: Context,
  { connector, subject }: Pick<Held, 'connector' | 'subject'>,
  detail: string,
): Promise<void> {
  const held = context.store.committed.held(connector, subject);
  const request = held === null ? null : context.store.committed.request(held.request);
  if (held === null || request === null || held.status === 'over') return;
  if (held.status === 'taken' || held.status === 'released') {
    await endHeld(context, held, { status: 'failed', detail });
    return;
  }
  const caller = callerOfHeld(context.rulebook, held, request);
  if (caller !== null && !isTerminal(request.state))
    await cancelRequest(context, caller, request.id, subject);
  await dropUnlessTaken(context, held);
}
