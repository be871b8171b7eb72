import { type Refusal, refuse } from './refusal.ts';
import type { PersonId } from './request.ts';

declare const brand: unique symbol;

/** One login somewhere, by ids that never change hands: `slack:T01/U01`, `github:github.com/583231`. */
export type Account = string & { readonly [brand]: 'Account' };

const UUID = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}';

/** A name or an e-mail address can change hands, and then another person approves. So neither is one. */
export const ACCOUNT_FORMS = {
  slack: { form: /^[TE][A-Z0-9]{1,20}\/[UW][A-Z0-9]{1,20}$/, like: 'TEAM/USER by id, such as T01/U01' },
  teams: { form: new RegExp(`^${UUID}/${UUID}$`), like: 'TENANT/OBJECT by id, two lowercase UUIDs' },
  github: {
    form: /^[a-z0-9.-]{1,80}(:[0-9]{1,5})?\/[1-9][0-9]{0,15}$/,
    like: 'HOST/NUMBER by id, such as github.com/583231',
  },
  gitlab: {
    form: /^[a-z0-9.-]{1,80}(:[0-9]{1,5})?\/[1-9][0-9]{0,15}$/,
    like: 'HOST/NUMBER by id, such as gitlab.com/1234',
  },
} as const;
export type Provider = keyof typeof ACCOUNT_FORMS;
export const PROVIDERS = Object.keys(ACCOUNT_FORMS) as readonly Provider[];

export function toAccount(provider: Provider, id: string): Account {
  return `${provider}:${id}` as Account;
}

/** An account as somebody wrote it, or null when it is none. */
export function readAccount(text: string): Account | null {
  const [provider = '', id = ''] = text.split(/:(.*)/s);
  if (!Object.hasOwn(ACCOUNT_FORMS, provider)) return null;
  return ACCOUNT_FORMS[provider as Provider].form.test(id) ? (text as Account) : null;
}

export type Resolved = { readonly ok: true; readonly person: PersonId } | Refusal;

/**
 * Whose account it is, by everything that says so: the policy file, and the links that people made.
 * Nobody is no person, and two are none either: whoever acts as both could give two votes.
 */
export function resolveAccount(owners: readonly (PersonId | null | undefined)[]): Resolved {
  const people = new Set(owners.filter((owner) => owner !== null && owner !== undefined));
  const [person] = people;
  return person === undefined || people.size > 1 ? refuse('UNKNOWN_ACCOUNT') : { ok: true, person };
}
