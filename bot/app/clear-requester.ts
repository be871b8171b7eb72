import { isBlank } from '../core/lifecycle/review.ts';
import { type Refusal, refuse } from '../core/refusal.ts';
import type { ClientId, PersonId } from '../core/request.ts';
import { callerNow } from './caller-now.ts';
import { write } from './change-request.ts';
import type { Context, PersonCaller } from './context.ts';
import { callRefused, recordRefusal } from './record-refusal.ts';

/** Lifts a freeze. Nobody who stood behind a flagged request may, nor the requester's owner of today. */
export async function clearRequester(
  context: Context,
  caller: PersonCaller,
  requesterKey: string,
  comment: string,
): Promise<{ readonly ok: true } | Refusal> {
  await context.directories.renew();
  return write(context, (writing) => {
    const { tx, at } = writing;
    const { clients, people, clearFrom } = context.rulebook;
    const client = clients.get(requesterKey as ClientId);
    const requester: ClientId | PersonId | null = client?.id ?? tx.personOf(requesterKey);
    const inClearFrom = people.get(caller.id)?.groups.some((group) => clearFrom.includes(group)) ?? false;
    const no = (code: Refusal['code']): Refusal => {
      recordRefusal(context, writing, caller, callRefused('clear requester')(code));
      return refuse(code);
    };
    const freeze = requester === null ? null : tx.frozen(requester);
    const behind = [requester, client?.owner, ...(freeze?.exclusions ?? [])];
    if (callerNow(context.rulebook, caller) === null) return no('UNAUTHENTICATED');
    if (behind.includes(caller.id)) return no('SELF_REVIEW');
    if (!inClearFrom) {
      const isUnsure = clearFrom.some((group) => context.rulebook.unknownGroups.has(group));
      return no(isUnsure ? 'DIRECTORY_UNAVAILABLE' : 'NOT_ELIGIBLE');
    }
    if (requester === null) return no('NOT_FOUND');
    if (freeze === null) return no('ALREADY_RESOLVED');
    if (isBlank(comment)) return no('COMMENT_REQUIRED');
    tx.unfreeze(requester);
    tx.append({ type: 'requester.cleared', requester, text: { comment } }, caller.actor, at, null);
    return { ok: true as const };
  });
}
