import { sha256Hex } from '../core/digest.ts';
import { type Account, readAccount, resolveAccount } from '../core/identity.ts';
import { decide } from '../core/lifecycle/decide.ts';
import { type Refusal, refuse } from '../core/refusal.ts';
import type { Instant, PersonId } from '../core/request.ts';
import { circumstances, current, record, type Writing, write } from './change-request.ts';
import { type Context, KEYTURN, type PersonCaller } from './context.ts';
import { toTwinKey } from './twin-key.ts';

/** How long a code can be used. */
const LINK_CODE_MS = 10 * 60_000;
const MOST_LINKS = 10;
/** In an hour: codes for one person, and codes that one account tries. */
const MOST_GIVEN = 10;
const MOST_TRIED = 10;
const OPEN = ['pending', 'flagged', 'approved', 'executing', 'unknown'] as const;
const BATCH = 200;
const HOUR_S = 60 * 60;
/** Without 0, 1, I, L, O and U: nothing that looks like another letter, and no word. */
const LETTERS = '23456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODE_LENGTH = 16;

export interface LinkCode {
  readonly ok: true;
  /** Shown this once; only its digest is kept. */
  readonly code: string;
  readonly expiresAt: Instant;
}

/**
 * A code that ties one more account to a person, once, within minutes. Given to the person by an
 * operator, or to a person who asks from an account that is theirs already. The newest code of a
 * person is the only one.
 */
export function giveLinkCode(context: Context, person: PersonId): Promise<LinkCode | Refusal> {
  const code = newCode(context);
  if (!context.attempts.take(`give ${person}`, MOST_GIVEN))
    return Promise.resolve(refuse('LIMIT_REACHED', { retryAfter: HOUR_S }));
  return write<LinkCode | Refusal>(context, ({ tx, at }) => {
    if (!context.rulebook.people.has(person)) return refuse('NOT_FOUND');
    if (tx.linksOf(person).length >= MOST_LINKS) return refuse('LIMIT_REACHED', { reason: 'too_many_links' });
    const expiresAt = at + LINK_CODE_MS;
    tx.dropLinkCodes(at);
    tx.putLinkCode(person, digestOf(code), expiresAt);
    tx.append({ type: 'identity.code_given', person, expiresAt }, KEYTURN, at, null);
    return { ok: true, code, expiresAt };
  });
}

/**
 * For the person who asks. A token is not enough: whoever found one could tie a chat account of their
 * own to its person, and approve with that what no token may.
 */
export function askLinkCode(context: Context, { actor, id }: PersonCaller): Promise<LinkCode | Refusal> {
  const byToken = actor.via === 'api' || actor.verifiedBy === 'token';
  return byToken ? Promise.resolve(refuse('STEP_UP_REQUIRED')) : giveLinkCode(context, id);
}

/**
 * Ties the account to the person whom the code was given for. The face MUST have proven that whoever
 * says the code holds the account.
 */
export function redeemLinkCode(
  context: Context,
  account: Account,
  code: string,
): Promise<{ readonly ok: true; readonly person: PersonId } | Refusal> {
  const digest = digestOf(code);
  if (!context.attempts.take(`redeem ${account}`, MOST_TRIED))
    return Promise.resolve(refuse('LIMIT_REACHED', { retryAfter: HOUR_S }));
  let undo = () => {};
  return write<{ ok: true; person: PersonId } | Refusal>(context, (writing) => {
    const { tx, at } = writing;
    const no = (refusal: Refusal): Refusal => {
      const event = { type: 'client.refused', code: refusal.code, call: 'link', times: 1 } as const;
      tx.append({ ...event, text: { source: account } }, KEYTURN, at, null);
      return refusal;
    };
    const given = tx.linkCode(digest);
    const isGood = given !== null && at < given.expiresAt && context.rulebook.people.has(given.person);
    if (!isGood) return no(refuse('INVALID', { reason: 'link_code' }));
    const { person } = given;
    const owners = [context.rulebook.accounts.get(account), tx.linkedTo(account)];
    const holder = resolveAccount(owners);
    if (holder.ok && holder.person === person) {
      tx.dropLinkCode(digest);
      return { ok: true, person };
    }
    // Also somebody who left: what they did with it stays theirs.
    if (owners.some((owner) => owner !== undefined && owner !== null))
      return no(refuse('FORBIDDEN', { reason: 'account_taken' }));
    if (tx.linksOf(person).length >= MOST_LINKS)
      return no(refuse('LIMIT_REACHED', { reason: 'too_many_links' }));
    tx.dropLinkCode(digest);
    tx.link(account, person, at);
    undo = context.roster.link(account, person);
    tellOf(context, writing, 'identity.linked', account, person);
    excludeFromOpen(context, writing, account, person);
    return { ok: true, person };
  }).catch((cause: unknown) => {
    undo();
    throw cause;
  });
}

/** By an operator only: whoever could untie an account could stop being the author of what it wrote. */
export function unlinkAccount(
  context: Context,
  text: string,
  operator: string,
): Promise<{ readonly ok: true; readonly person: PersonId } | Refusal> {
  let undo = () => {};
  return write<{ ok: true; person: PersonId } | Refusal>(context, (writing) => {
    const account = readAccount(text);
    const person = account === null ? null : writing.tx.linkedTo(account);
    if (account === null || person === null) return refuse('NOT_FOUND');
    writing.tx.unlink(account);
    undo = context.roster.unlink(account);
    tellOf(context, writing, 'identity.unlinked', account, person, operator);
    return { ok: true, person };
  }).catch((cause: unknown) => {
    undo();
    throw cause;
  });
}

function tellOf(
  context: Context,
  { tx, at }: Writing,
  type: 'identity.linked' | 'identity.unlinked',
  account: Account,
  person: PersonId,
  operator?: string,
): void {
  const links = tx.linksOf(person).length;
  const text = { account, ...(operator !== undefined && { operator }) };
  if (type === 'identity.unlinked') tx.append({ type, person, links, text }, KEYTURN, at, null);
  else {
    const accounts = [...context.inForce.now.accounts.values()].filter((one) => one === person).length;
    tx.append({ type, person, accounts, links, text }, KEYTURN, at, null);
  }
}

/** Whoever wrote what is asked for, and says only now who they are, is out from here on. */
function excludeFromOpen(context: Context, writing: Writing, account: Account, person: PersonId): void {
  for (let after = 0; ; ) {
    const open = writing.tx.inStates(OPEN, BATCH, after);
    const last = open.at(-1);
    if (last === undefined) return;
    after = last.number;
    for (const { id } of open.filter((one) => one.unresolved.some((who) => who.account === account))) {
      const request = current(context, writing, id);
      if (request === null) continue;
      const now = circumstances(context, writing, request);
      const decision = decide(request, { type: 'identify', account, person }, now);
      if (!decision.ok) continue;
      const found = record(context, writing, request, decision.events, KEYTURN);
      writing.tx.setTwin(found.id, toTwinKey(found, found.demands.exclusions));
    }
  }
}

/** 78 bits: nobody guesses it within ten minutes, nor finds it from its digest. */
function newCode({ random }: Context): string {
  let code = '';
  while (code.length < CODE_LENGTH) {
    for (const byte of random.bytes(CODE_LENGTH)) {
      // What is left of 256 over the letters would make some of them likelier.
      if (byte < 240 && code.length < CODE_LENGTH) code += LETTERS.charAt(byte % LETTERS.length);
    }
  }
  return code.replaceAll(/(....)(?=.)/g, '$1-');
}

/** As people type it: in small letters, with or without the dashes. */
function digestOf(code: string): string {
  return sha256Hex(`keyturn link code ${code.toUpperCase().replaceAll(/[^A-Z0-9]/g, '')}`);
}
