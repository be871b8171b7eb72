import { forgetText } from '../core/forget-text.ts';
import type { Account } from '../core/identity.ts';
import { type Refusal, refuse } from '../core/refusal.ts';
import { type ActionRequest, isTerminal, type PersonId, type RequestId } from '../core/request.ts';
import type { Purged } from '../ports/disclosures.ts';
import { renewCards } from './announce.ts';
import { type Writing, write } from './change-request.ts';
import type { Context, PersonCaller } from './context.ts';
import { callRefused, recordRefusal } from './record-refusal.ts';

export interface Erasure {
  readonly seq: number;
  readonly field: string;
  readonly reason: string;
}

export interface Erased {
  readonly ok: true;
  /** The entry that says so. */
  readonly seq: number;
  readonly purged: Purged;
}

/** Shorter than this, anything is found in a large file by chance, and finding it would say nothing. */
const SHORTEST_TRACE = 8;

/**
 * Forgets one text for good: the row beside the log, what the tables hold of it, and what is left of
 * either in the file. The entry keeps its commitment, so the log stays whole. For auditors, and never
 * for their own words.
 */
export async function eraseDisclosure(
  context: Context,
  caller: PersonCaller,
  { seq, field, reason }: Erasure,
): Promise<Erased | Refusal> {
  let traces: readonly Uint8Array[] | null = null;
  const erased = await write<{ readonly ok: true; readonly seq: number } | Refusal>(context, (writing) => {
    const { tx, at } = writing;
    const no = (refusal: Refusal): Refusal => {
      recordRefusal(context, writing, caller, callRefused('erase')(refusal.code));
      return refusal;
    };
    if (!context.rulebook.auditors.has(caller.id)) return no(refuse('FORBIDDEN'));
    const disclosure = tx.disclosure(seq, field);
    const entry = tx.entries(seq, 1)[0];
    if (disclosure === null || entry?.seq !== seq) return no(refuse('NOT_FOUND'));
    const said = readSaid(entry.bytes);
    if (said.person === caller.id) return no(refuse('SELF_REVIEW'));
    const text = String(JSON.parse(disclosure.value));
    const request = said.request === null ? null : tx.request(said.request);
    const inUse = useOf(context, writing, { field, text, request, linked: said.linked });
    if (inUse !== null) return no(refuse('INVALID', { fields: [{ pointer: '/seq', problem: inUse }] }));
    tx.eraseDisclosure(seq, field);
    if (said.linked !== null && field === 'key') tx.forgetPerson(said.linked);
    traces = tracesOf(disclosure);
    const event = { type: 'disclosure.erased', seq, field, text: { reason } } as const;
    const erasedBy = tx.append(event, caller.actor, at, request);
    if (request !== null) {
      tx.rewrite(forgetText(request, text));
      writing.changed.add(request.id);
      renewCards(context, tx, request.id);
    }
    return { ok: true, seq: erasedBy };
  });
  return erased.ok ? { ...erased, purged: await context.store.purge(traces) } : erased;
}

interface Sought {
  readonly field: string;
  readonly text: string;
  readonly request: ActionRequest | null;
  readonly linked: PersonId | null;
}

/** What would stop working without it, or null. */
function useOf(
  { rulebook }: Context,
  { tx }: Writing,
  { field, text, request, linked }: Sought,
): string | null {
  if (linked !== null && field === 'key' && rulebook.people.has(linked))
    return 'is the key of a person whom the policy still names: take them out of it first';
  if (linked !== null && field === 'account' && tx.linkedTo(text as Account) !== null)
    return 'is an account that is linked: keyturn people unlink it first';
  if (field === 'unresolved' && request !== null && !isTerminal(request.state))
    return 'names people who must not approve this request: wait until it is over';
  return null;
}

/** For a timer, and for a start after the process died between the two: nothing says then what to look for. */
export async function purgeErased(context: Context): Promise<void> {
  await context.store.purge(null);
}

/** The salt is random, so it is found only where the row was. Null: too short to look for. */
function tracesOf({ salt, value }: { readonly salt: Uint8Array; readonly value: string }) {
  const text = Buffer.from(value.slice(1, -1), 'utf8');
  return text.length < SHORTEST_TRACE ? null : [salt, text];
}

/** Who wrote the text, about which request, and whose key it is, as far as the entry says. */
function readSaid(bytes: Uint8Array) {
  const { actor, subject, data, type } = JSON.parse(Buffer.from(bytes).toString('utf8')) as {
    readonly type: string;
    readonly actor: { readonly person?: PersonId };
    readonly subject?: { readonly request: RequestId };
    readonly data: { readonly person?: PersonId };
  };
  return {
    person: actor.person ?? null,
    request: subject?.request ?? null,
    linked: type === 'identity.linked' ? (data.person ?? null) : null,
  };
}
