import { type Firm, PEOPLE } from '../firm.ts';
import { isInAny } from '../glass.ts';
import { isQuorum, type Ruling } from '../ruling.ts';
import { type Step, Violation } from '../step.ts';
import { demandedOf, type Sighting, type Sightings } from './sightings.ts';

/**
 * 1. Two keys. Whatever is approved or released has every seat filled by a different eligible person
 * outside the exclusion set, each by an approve on the stored digest, before expiry.
 */
export function twoKeys(step: Step, sightings: Sightings): void {
  const released = step.entries.filter(({ type }) => type === 'grant.issued').map(({ id }) => id);
  for (const id of step.touched) {
    const row = step.row(id);
    const sighting = sightings.requests.get(id);
    if (row === null || sighting === undefined) continue;
    const machine = row.reviews.find(({ person }) => !PEOPLE.some((one) => one === step.nameOf(person)));
    if (machine !== undefined)
      throw new Violation(1, `${id} has a vote of ${machine.person}, who is no person`);
    if (row.state !== 'approved' && !released.includes(id)) continue;
    const demanded = demandedOf(sighting);
    if (demanded === null || demanded.effect === 'deny')
      throw new Violation(1, `${id} is ${row.state} though denied`);
    if (demanded.effect === 'allow' && demanded.seats.length === 0) continue;
    // Until it has met the policy in force it stays approved, and is not released.
    const firm = released.includes(id) ? step.firm : (sighting.firms.at(-1) ?? step.firm);
    if (isBroken(firm, sighting, demanded)) continue;
    const approvals = sighting.approvals.filter(
      ({ isInTime, digest }) => isInTime && digest === row.actionDigest,
    );
    const voters = approvals.map(({ who }) => who);
    if (demanded.seats.length === 0 || !isQuorum(firm, demanded, voters)) {
      const seats = demanded.seats.map(({ from, count }) => `${count} of ${from.join(' or ')}`).join(' and ');
      throw new Violation(1, `${id} is ${row.state} by [${voters.join(', ')}] and needs ${seats}`);
    }
  }
}

/** By one person whom every policy since lets approve alone, who saw all of it, and who asked for nothing. */
function isBroken(firm: Firm, { brokenBy, shownTo }: Sighting, { glass, excluded }: Ruling): boolean {
  if (brokenBy === null || excluded.includes(brokenBy) || !shownTo.has(brokenBy)) return false;
  return glass.some((one) => one.candidates.includes(brokenBy) && isInAny(firm, brokenBy, one.who));
}
