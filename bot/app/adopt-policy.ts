import type { Json } from '../core/canonical-json.ts';
import { policyDiff } from '../core/policy-diff.ts';
import type { PersonId } from '../core/request.ts';
import type { Rulebook } from '../ports/rulebook.ts';
import { type Writing, write } from './change-request.ts';
import { type Context, KEYTURN } from './context.ts';
import { endWhatMissed } from './end-what-missed.ts';
import { enrol, idsOf, type NamedPerson } from './enrol-people.ts';
import { refuseConflicts } from './link-conflicts.ts';
import { meetPolicy } from './meet-policy.ts';

/** A policy file that was read and found safe, before the people in it have their ids. */
export interface PolicySource {
  readonly people: readonly NamedPerson[];
  readonly compile: (personOf: (key: string) => PersonId) => Rulebook;
}

/**
 * At a start: puts the rulebook in force that the process began with. When it returns, every open
 * request has met it.
 */
export async function adoptPolicy(context: Context): Promise<void> {
  const { rulebook, store } = context;
  if (store.committed.policyText() !== rulebook.text)
    await write(context, (writing) => putOnRecord(context, writing, rulebook));
  await meetPolicy(context);
}

/**
 * While it runs: another rulebook takes the place of the one in force, all at once. The entry, the
 * new people and the change itself are one transaction: what came before it was judged by the old
 * one, what comes after it by the new one. Open requests meet it when they are next looked at, and at
 * the latest when this returns.
 */
export async function replacePolicy(context: Context, { people, compile }: PolicySource): Promise<void> {
  const { personOf, strangers } = idsOf(context, people);
  const next = compile(personOf);
  let undo = () => {};
  try {
    await write(context, (writing) => {
      refuseConflicts(next, writing.tx);
      enrol(writing.tx, strangers, writing.at);
      putOnRecord(context, writing, next);
      undo = context.inForce.put(next);
    });
  } catch (cause) {
    undo();
    throw cause;
  }
  await meetPolicy(context);
}

/** A file that cannot be taken is refused whole, and what was in force stays so. */
export async function refusePolicy(context: Context, problems: readonly string[]): Promise<void> {
  const text = { problems: problems.slice(0, MOST_PROBLEMS).join('\n').slice(0, MOST_CHARACTERS) };
  await write(context, ({ tx, at }) => {
    const inForce = tx.policyInForce();
    tx.append({ type: 'policy.refused', inForce, problems: problems.length, text }, KEYTURN, at, null);
  });
}
const MOST_PROBLEMS = 100;
const MOST_CHARACTERS = 20_000;

function putOnRecord(
  context: Context,
  writing: Writing,
  { policy: { version }, policyText, text }: Rulebook,
): void {
  endWhatMissed(context, writing);
  const { tx, at } = writing;
  const previous = tx.policyInForce();
  const before = tx.policyText();
  const diff =
    before === null ? {} : { diff: policyDiff(JSON.parse(before) as Json, JSON.parse(text) as Json) };
  tx.append(
    { type: 'policy.loaded', version, previous, text: { policy: policyText, ...diff } },
    KEYTURN,
    at,
    null,
  );
  tx.setPolicyInForce(version, text);
}
