import { sorted } from '../canonical.ts';
import { accepted, type Step, Violation } from '../step.ts';

const DAY_MS = 24 * 60 * 60_000;

/**
 * 3. At most once. One request, one grant: over crashes, races, repeats and restarts. One idempotency
 * key, one request.
 */
export class AtMostOnce {
  readonly #nonces = new Map<string, string>();
  readonly #grants = new Set<string>();
  readonly #keys = new Map<string, { readonly body: string; readonly id: string; readonly at: number }>();

  check(step: Step): void {
    for (const { type, id } of step.entries) {
      if (type !== 'grant.issued' || id === null) continue;
      if (this.#grants.has(id)) throw new Violation(3, `a second grant of ${id} is on record`);
      this.#grants.add(id);
    }
    for (const told of step.told) {
      const answer = accepted(told);
      const { said } = told;
      if (answer?.released !== undefined && said.call === 'consume') this.#released(said.id, answer.released);
      if (said.call !== 'submit' || said.key === null || !answer?.request) continue;
      const kept = `${said.who} ${said.key}`;
      const past = this.#keys.get(kept);
      const body = sorted(said.body);
      const isRepeat = past !== undefined && past.body === body && past.at > step.now - DAY_MS;
      if (isRepeat && past.id !== answer.request.id) throw new Violation(3, `${kept} made a second request`);
      if (!isRepeat) this.#keys.set(kept, { body, id: answer.request.id, at: step.now });
    }
  }

  #released(id: string, released: string): void {
    const { nonce } = JSON.parse(released) as { nonce: string };
    const first = this.#nonces.get(id) ?? nonce;
    if (first !== nonce) throw new Violation(3, `${id} was released twice`);
    this.#nonces.set(id, nonce);
  }
}
