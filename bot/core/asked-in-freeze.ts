import { glassRulesFor } from './break-glass.ts';
import { type FreezeInForce, freezesInForce } from './calendar-freeze.ts';
import type { MatchFacts } from './match.ts';
import type { Policy } from './policy.ts';
import type { Instant } from './request.ts';

/**
 * The calendar freezes for which nothing of this kind may be asked now. None, where a break-glass
 * rule lets it wait for that alone.
 */
export function freezesAgainst(
  { freezes, breakGlass }: Policy,
  facts: MatchFacts,
  at: Instant,
): readonly FreezeInForce[] {
  const inForce = freezesInForce(freezes, facts, at);
  if (inForce.length === 0) return inForce;
  return glassRulesFor(breakGlass, facts).some(({ asksInFreeze }) => asksInFreeze) ? [] : inForce;
}
