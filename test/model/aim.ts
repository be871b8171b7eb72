import fc from 'fast-check';
import type { State } from './held.ts';
import type { Said } from './said.ts';
import type { World } from './world.ts';

/** What a history wants to say, before it is known which requests there will be. */
export interface Wish {
  readonly onRequest: boolean;
  /** One after the other. */
  readonly says: (world: World) => readonly Said[];
}

export function often<T>(...weighted: readonly (readonly [weight: number, value: T])[]): fc.Arbitrary<T> {
  return fc.oneof(...weighted.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })));
}

/**
 * Counts back from the newest request, so that a shrunk history is about the last one. Who aims counts
 * among those in a state that the call is for, if there are any: else few histories would get anywhere.
 */
export const pick = fc.record({ back: fc.nat({ max: 6 }), aims: often([5, true], [1, false]) });
type Pick = typeof pick extends fc.Arbitrary<infer T> ? T : never;

function request({ ids, model }: World, { back, aims }: Pick, states: readonly State[]): string | null {
  const fit = aims ? ids.filter((id) => states.some((state) => state === model.stateOf(id))) : [];
  const among = fit.length > 0 ? fit : ids;
  return among[among.length - 1 - (back % among.length)] ?? null;
}

/** A wish about one request, as soon as there is one. */
export function about<T extends { readonly pick: Pick }>(
  states: readonly State[],
  arbitrary: fc.Arbitrary<T>,
  says: (wish: T, id: string, world: World) => readonly Said[],
): fc.Arbitrary<Wish> {
  return arbitrary.map((wish) => ({
    onRequest: true,
    says(world) {
      const id = request(world, wish.pick, states);
      return id === null ? [] : says(wish, id, world);
    },
  }));
}
