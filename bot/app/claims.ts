import { matchesAction, matchesTarget } from '../core/glob.ts';
import type { FieldProblem } from '../core/refusal.ts';
import type { PersonId, Target } from '../core/request.ts';
import type { Client, Rulebook } from '../ports/rulebook.ts';
import { type Caller, type Context, isPerson } from './context.ts';

/** Whether a client may name this action and this target. What is on no list is refused. */
export function isListed(
  { actions, targets }: Client,
  { action, target }: { readonly action: string; readonly target: Target },
): boolean {
  return (
    actions.some((glob) => matchesAction(glob, action)) && targets.some((glob) => matchesTarget(glob, target))
  );
}

/** A client acts for the people on its list. A person acts for nobody but themselves. */
export function mayActFor(rulebook: Rulebook, client: Client | null, person: PersonId | null): boolean {
  return person !== null && rulebook.people.has(person) && (client?.mayActFor.has(person) ?? false);
}

/** `undefined` when the claim is not this caller's to make. */
export function findOnBehalfOf(
  context: Context,
  caller: Caller,
  key: string | null,
): PersonId | null | undefined {
  if (key === null) return null;
  const client = isPerson(caller) ? null : (context.rulebook.clients.get(caller.id) ?? null);
  const claimed = context.store.committed.personOf(key);
  return mayActFor(context.rulebook, client, claimed) ? (claimed ?? undefined) : undefined;
}

/** What is wrong with the claims that only the policy can judge; null where there is nothing to judge. */
export function claimProblems(
  context: Context,
  caller: Caller,
  claims: { readonly environment: string | null; readonly onBehalfOf: string | null },
): readonly FieldProblem[] {
  const { environment, onBehalfOf } = claims;
  const declared = environment === null || context.rulebook.environments.has(environment);
  const may = findOnBehalfOf(context, caller, onBehalfOf) !== undefined;
  return [
    ...(declared ? [] : [{ pointer: '/target/environment', problem: 'is not a declared environment' }]),
    ...(may ? [] : [{ pointer: '/on_behalf_of', problem: 'is not a person this caller may act for' }]),
  ];
}
