import type { PersonCaller } from '../app/context.ts';
import { askLinkCode, redeemLinkCode } from '../app/link-account.ts';
import { type Account, readAccount } from '../core/identity.ts';
import { type Refusal, refuse } from '../core/refusal.ts';
import { refusalText } from '../views/refusals.ts';
import { moment } from '../views/words.ts';
import { type Answer, text } from './answer.ts';
import type { Means } from './means.ts';
import { parse } from './parse.ts';

/** `link` gives a person a code for one more account; `link CODE` says it from that account. */
export async function link(means: Means, caller: PersonCaller, code: string | null): Promise<Answer> {
  const { context, refusedCalls } = means;
  if (code !== null) {
    const account = readAccount(caller.actor.account);
    return account === null ? told(refuse('FORBIDDEN')) : redeemed(means, account, code);
  }
  const given = await askLinkCode(context, caller);
  if (given.ok) {
    return text(true, [
      [
        `Your code is ${given.code}, until ${moment(given.expiresAt)}. It is for you alone and for one account.`,
      ],
      [`From the account that is to be yours as well, type: link ${given.code}`],
    ]);
  }
  await refusedCalls.authenticated(caller, 'link', given.code);
  return told(given);
}

/**
 * For an account that is nobody's yet. Null where the line is no `link CODE`: then it is a stranger's.
 * `source` is the account that the face has proven, such as `slack:T01/U01`.
 */
export async function newcomer(means: Means, source: string, line: string): Promise<Answer | null> {
  const parsed = parse(line);
  if (!parsed.ok || parsed.typed.name !== 'link' || parsed.typed.code === null) return null;
  const account = readAccount(source);
  return account === null ? null : redeemed(means, account, parsed.typed.code);
}

async function redeemed({ context }: Means, account: Account, code: string): Promise<Answer> {
  const linked = await redeemLinkCode(context, account, code);
  if (!linked.ok) return told(linked);
  const name = context.rulebook.people.get(linked.person)?.name ?? 'a person of the policy';
  return text(true, [
    [`This account is now an account of ${name}.`],
    ['Whatever is done with it counts as theirs: also what they asked for themselves and cannot approve.'],
  ]);
}

function told(refusal: Refusal): Answer {
  return text(false, [[refusalText(refusal)]]);
}
