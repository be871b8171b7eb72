import type { Firm, Who } from '../firm.ts';
import { type Body, type Ruling, rulingOn, tightened } from '../ruling.ts';
import { accepted, type Step } from '../step.ts';

/** A request as seen from outside: what was asked, under which policies, and what was answered since. */
export interface Sighting {
  readonly asker: Who;
  readonly body: Body;
  readonly createdAt: number;
  /** The policy it was asked under and every one since that it has met. */
  readonly firms: Firm[];
  /** Approves that were answered with yes since it was last cleared. */
  approvals: { readonly who: Who; readonly digest: string; readonly isInTime: boolean }[];
  /** Who was answered with the whole payload. */
  readonly shownTo: Set<Who>;
  /** Who was let approve alone; nobody once somebody said that it was not right. */
  brokenBy: Who | null;
  /** Whoever says after that that it was not right comes too late to keep it from being released. */
  isReleased: boolean;
  /** What it was released on: a later policy lets nobody more in. */
  releasedOn: Ruling | null;
}

/** What the callers know. Nothing in here comes from a table or from the log. */
export class Sightings {
  readonly requests = new Map<string, Sighting>();

  see(step: Step): void {
    for (const id of step.isSure ? step.touched : []) this.#meet(id, step.firm);
    for (const told of step.told) {
      const answer = accepted(told);
      const { said } = told;
      if (answer === null) continue;
      if (said.call === 'submit' && answer.created && answer.request !== null) {
        this.requests.set(answer.request.id, {
          asker: said.who,
          body: said.body,
          createdAt: step.now,
          firms: [step.firm],
          approvals: [],
          shownTo: new Set(),
          brokenBy: null,
          isReleased: false,
          releasedOn: null,
        });
      }
      const sighting = 'id' in said ? this.requests.get(said.id) : undefined;
      if (sighting === undefined) continue;
      if (said.call === 'view') sighting.shownTo.add(said.who);
      if (said.call === 'glass') sighting.brokenBy = said.who;
      if (said.call === 'consume' && !sighting.isReleased) {
        sighting.isReleased = true;
        sighting.releasedOn = demandedOf(sighting);
      }
      const isWrong = said.call === 'post-review' && said.verdict !== 'approve';
      if (isWrong && !sighting.isReleased) sighting.brokenBy = null;
      if (said.call === 'clear') sighting.approvals = [];
      if (said.call === 'review' && said.verdict === 'approve') {
        // A later policy with a shorter expiry makes no vote late that was in time when it was given.
        const isInTime = step.now < expiryOf(sighting);
        sighting.approvals.push({ who: said.who, digest: said.digest, isInTime });
      }
    }
  }

  /** While a directory is silent nothing meets a new policy; whoever looks after that lets it. */
  #meet(id: string, firm: Firm): void {
    const firms = this.requests.get(id)?.firms;
    if (firms !== undefined && firms.at(-1)?.version !== firm.version) firms.push(firm);
  }
}

/** The strictest of every policy since it was asked. */
export function demandedOf({ firms, asker, body }: Sighting): Ruling | null {
  const [first, ...later] = firms;
  if (first === undefined) return null;
  return later.reduce(
    (held, firm) => tightened(firm, held, rulingOn(firm, asker, body)),
    rulingOn(first, asker, body),
  );
}

/** When it expires at the latest, under all of them. */
export function expiryOf(sighting: Sighting): number {
  const withinS = sighting.body.expiresInS ?? Number.POSITIVE_INFINITY;
  return sighting.createdAt + Math.min(demandedOf(sighting)?.expiresAfterMs ?? 0, withinS * 1000);
}
