import { digestOf, sorted, textOf } from '../canonical.ts';
import { accepted, type Step, type Told, Violation } from '../step.ts';
import type { Answered } from '../tell.ts';
import type { Sighting, Sightings } from './sightings.ts';

interface Grant {
  readonly grant: { readonly payload: string };
  readonly payload: unknown;
}

/**
 * 2. What was seen is what runs. The stored action is what was asked, for ever; reviews and grants are
 * about its digest; whoever approved was served the whole of it before.
 */
export class WhatWasSeen {
  readonly #views = new Map<string, string>();

  check(step: Step, sightings: Sightings): void {
    for (const id of step.touched) {
      const sighting = sightings.requests.get(id);
      if (sighting !== undefined) this.#same(step, id, sighting);
    }
    for (const { id, type, data } of step.entries) {
      const isVote = type === 'review.recorded' || type === 'break_glass.used';
      if (!isVote || id === null) continue;
      const who = step.nameOf(data.person);
      const sighting = sightings.requests.get(id);
      if (sighting === undefined) continue;
      if (data.action_digest !== digestOf(textOf(sighting.asker, sighting.body))) {
        throw new Violation(2, `${who}'s review of ${id} is on record for another digest`);
      }
      const saw = [...sighting.shownTo].some((one) => one === who);
      if ((type === 'break_glass.used' || data.verdict === 'approve') && !saw)
        throw new Violation(2, `${who} approved ${id} without having seen it`);
    }
    for (const told of step.told) {
      const answer = accepted(told);
      if (answer !== null) served(told, answer, sightings);
    }
  }

  #same(step: Step, id: string, { asker, body }: Sighting): void {
    const row = step.row(id);
    const text = textOf(asker, body);
    if (row === null || step.store.actionText(row.id) !== text)
      throw new Violation(2, `the action of ${id} changed`);
    if (row.actionDigest !== digestOf(text))
      throw new Violation(2, `the digest of ${id} is not that of its action`);
    const view = this.#views.get(id) ?? row.viewDigest;
    this.#views.set(id, view);
    if (row.viewDigest !== view) throw new Violation(2, `the view of ${id} changed`);
  }
}

function served(
  { said }: Told,
  answer: Extract<Answered, { readonly ok: true }>,
  sightings: Sightings,
): void {
  const sighting = 'id' in said ? sightings.requests.get(said.id) : undefined;
  if (sighting === undefined) return;
  const digest = digestOf(textOf(sighting.asker, sighting.body));
  const isBinding = said.call === 'review' || said.call === 'consume' || said.call === 'glass';
  if (isBinding && said.digest !== digest) {
    throw new Violation(2, `a ${said.call} of ${said.id} for another digest was accepted`);
  }
  if (said.call === 'view' && sorted(answer.payload) !== sorted(shown(sighting))) {
    throw new Violation(2, `${said.who} was served another payload than that of ${said.id}`);
  }
  if (said.call === 'consume' && answer.released !== undefined) {
    const { grant, payload } = JSON.parse(answer.released) as Grant;
    const signed = JSON.parse(Buffer.from(grant.payload, 'base64').toString('utf8')) as Record<
      string,
      unknown
    >;
    const isSame = signed['request'] === said.id && signed['action_digest'] === digest;
    if (!isSame) throw new Violation(2, `the grant of ${said.id} is for something else`);
    if (sorted(payload) !== sorted(sighting.body.payload))
      throw new Violation(2, `${said.id} runs another payload`);
  }
}

/** The payload as a reviewer is served it: whole, but for what the firm withholds. */
function shown({ body }: Sighting): unknown {
  const { secret, ...rest } = body.payload;
  if (secret === undefined || body.action !== 'db.secret') return body.payload;
  return { ...rest, secret: `⟦redacted: ${typeof secret}, ${String(secret).length} characters⟧` };
}
