import { AsyncLocalStorage } from 'node:async_hooks';
import type { Store } from '../../bot/ports/store.ts';

/**
 * In which order calls that were made at once take effect: that of their first writes. What a call
 * awaits before it writes is its own affair, and so is who comes first.
 */
export class Order {
  readonly #call = new AsyncLocalStorage<number>();
  #written = new Set<number>();

  /** From now on notes who writes. */
  watch(store: Store): void {
    const transact = store.transact.bind(store);
    const noted = (work: never) => {
      const call = this.#call.getStore();
      if (call !== undefined) this.#written.add(call);
      return transact(work);
    };
    Object.assign(store, { transact: noted });
  }

  /** Makes the call, as the one at this place. */
  of<T>(place: number, call: () => T): T {
    return this.#call.run(place, call);
  }

  /** The places by their first write; behind them those that wrote nothing. */
  take(count: number): readonly number[] {
    const places = [...this.#written];
    this.#written = new Set();
    return [
      ...places,
      ...Array.from({ length: count }, (_, place) => place).filter((at) => !places.includes(at)),
    ];
  }
}
