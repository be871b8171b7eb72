import { type Firm, isIn, type Who } from '../firm.ts';
import { isInAny } from '../glass.ts';
import type { Model } from '../model.ts';
import { rulingOn } from '../ruling.ts';
import type { Said } from '../said.ts';
import { accepted, type Step, type Told, Violation } from '../step.ts';
import { demandedOf, type Sighting, type Sightings } from './sightings.ts';

/**
 * 5. Fail closed. Only somebody whom the policy in force knows is ever told yes, and only for what it
 * grants them; what cannot be evaluated binds. This lists what may be accepted, and refuses the rest.
 */
export function failClosed(step: Step, sightings: Sightings, model: Model): void {
  for (const { type, id } of step.entries) {
    const sighting = type === 'grant.issued' && id !== null ? sightings.requests.get(id) : undefined;
    if (sighting !== undefined && !model.mayStillAsk(sighting.asker, sighting.body))
      throw new Violation(5, `${id} is released to somebody who may not ask it any more`);
  }
  for (const told of step.told) {
    const answer = accepted(told);
    const { said } = told;
    if (answer === null || !('who' in said)) continue;
    const { who } = said;
    const refuseTo = (why: string) => new Violation(5, `${said.call} by ${who} was accepted: ${why}`);
    if (!model.isKnown(who) || (who === 'mallory' && !isHarmless(told))) throw refuseTo('nobody knows them');
    const isOld = Object.keys(step.firm.kept).some((group) => !step.asked.has(group));
    if (isOld && decides(said)) throw refuseTo('a directory that keeps a group was not asked');
    if (said.call === 'submit') {
      if (!model.isClaimable(who, said.body)) throw refuseTo('they may not claim that');
      if (answer.created !== true || answer.request === null) continue;
      if (!model.isListed(who, said.body)) throw refuseTo('it is not on their list');
      const { effect } = rulingOn(step.firm, who, said.body);
      const { state } = answer.request;
      const ruled = { allow: 'approved', require: 'pending', deny: 'denied' }[effect];
      if (state !== ruled) throw refuseTo(`the policy says ${effect} and it is ${state}`);
    }
    if (said.call === 'clear requester' && !isIn(step.firm, who, step.firm.clearFrom))
      throw refuseTo('not in clear_from');
    const sighting = 'id' in said ? sightings.requests.get(said.id) : undefined;
    if (sighting !== undefined && !isGranted(step.firm, told, who, sighting))
      throw refuseTo('nobody lets them');
  }
}

/** Who is in which group counts as it is at that moment. */
function decides({ call }: Said): boolean {
  return ['review', 'glass', 'post-review', 'clear', 'settle', 'consume', 'clear requester'].includes(call);
}

/** Reading finds nothing for a stranger, so an empty list is the only yes. */
function isHarmless(told: Told): boolean {
  return told.said.call === 'list' && accepted(told)?.listed?.length === 0;
}

function isGranted(firm: Firm, { said }: Told, who: Who, sighting: Sighting): boolean {
  const { asker, body, firms } = sighting;
  const owners = firms.flatMap(({ clients }) =>
    asker === 'agent' || asker === 'ci' ? (clients[asker]?.owner ?? []) : [],
  );
  const isBehind = who === body.onBehalfOf || who === owners[0];
  const demanded = demandedOf(sighting);
  const isOutside = demanded?.excluded.includes(who) === false;
  const seats = (sighting.releasedOn ?? demanded)?.seats ?? [];
  const isSeated = isOutside && seats.some((seat) => seat.from.some((group) => isIn(firm, who, group)));
  switch (said.call) {
    case 'review':
      return isSeated;
    case 'consume':
    case 'outcome':
    case 'heartbeat':
      return who === asker;
    case 'cancel':
      return who === asker || isBehind;
    case 'revoke':
    case 'stop':
      return isBehind || isSeated;
    case 'clear':
      return isOutside && isIn(firm, who, firm.clearFrom);
    case 'glass':
      return isOutside && demanded.glass.some((one) => isInAny(firm, who, one.who));
    case 'post-review':
      return isOutside && who !== sighting.brokenBy;
    case 'settle':
      return isSeated || (isOutside && seats.length === 0 && isIn(firm, who, firm.clearFrom));
    default:
      return true;
  }
}
