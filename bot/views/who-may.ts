import type { Look } from '../app/look-at-request.ts';
import type { PersonId } from '../core/request.ts';
import { peopleWords } from './facts.ts';
import { joined, said, type Words } from './words.ts';

/** Who may approve, seat by seat, and who may not, with the reason. `mayFill`: by seat, eligible then and now. */
export function whoMayLines(
  { request, filledBy, names }: Look,
  mayFill: readonly (readonly PersonId[])[],
): readonly Words[] {
  const { seats, exclusions } = request.demands;
  if (seats.length === 0) return [['Nobody has to approve it: a rule decided.']];
  const lines = seats.map(({ from, count }, index): Words => {
    const filled = filledBy[index] ?? [];
    const others = (mayFill[index] ?? []).filter((person) => !filled.includes(person));
    return [
      `${from.join(' or ')} ${filled.length}/${count}: `,
      ...(filled.length === 0 ? [] : ['approved by ', ...peopleWords(filled, names), '; ']),
      ...(others.length === 0 ? ['nobody else may'] : ['may be approved by ', ...peopleWords(others, names)]),
      '.',
    ];
  });
  if (exclusions.length === 0) return lines;
  const out = exclusions.map(({ person, because }): Words => [said(names.person(person)), ` (${because})`]);
  return [...lines, ['May not decide: ', ...joined(out, ', '), '.']];
}
