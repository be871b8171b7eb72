import type { Context } from '../../bot/app/context.ts';

/**
 * In which order calls that were made at once take effect: that of their first writes. What a call
 * awaits before it writes is its own affair, and so is who comes first.
 */
export class Order {
  readonly #written = new Set<number>();

  /** The same context, for the call at this place. */
  noting(context: Context, place: number): Context {
    const { store } = context;
    const transact = (work: never) => {
      this.#written.add(place);
      return store.transact(work);
    };
    return Object.create(context, {
      store: { value: Object.create(store, { transact: { value: transact } }) },
    });
  }

  /** The places by their first write; behind them those that wrote nothing. */
  of(count: number): readonly number[] {
    const places = Array.from({ length: count }, (_, place) => place);
    return [...this.#written, ...places.filter((place) => !this.#written.has(place))];
  }
}
