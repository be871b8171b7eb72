import { replacePolicy } from '../../bot/app/adopt-policy.ts';
import { meetPolicy } from '../../bot/app/meet-policy.ts';
import type { Firm } from './firm.ts';
import { Injected, type Running, sourceOf } from './process.ts';

/**
 * Another policy while the bot runs. Calls made in the same turn come after it, and meet requests that
 * nobody has judged anew yet. Answers whether the policy is in force.
 */
export async function reload({ context }: Running, firm: Firm): Promise<boolean> {
  try {
    await replacePolicy(context, sourceOf(firm));
  } catch (cause) {
    if (!(cause instanceof Injected)) throw cause;
  }
  return context.rulebook.policy.version === firm.version;
}

/** What was left undone because a test made it fail, as the timer of `compose` does it a little later. */
export function meetRest({ context }: Running): Promise<void> {
  return meetPolicy(context);
}
