import type { ActionRequest } from '../../bot/core/request.ts';
import type { Store, Transaction } from '../../bot/ports/store.ts';
import { AT } from './a-request.ts';

/** `open` gives a store over the same place each time; the one before is closed by then. */
export type Place = () => { open(): Store };

export const KEYTURN = { kind: 'keyturn' } as const;

export const note = (tx: Transaction) => tx.append({ type: 'log.stopped' }, KEYTURN, AT, null);

export const noteOn = (tx: Transaction, request: ActionRequest) =>
  tx.append({ type: 'request.expired' }, KEYTURN, AT, request);

export function insert(tx: Transaction, request: ActionRequest, twin = `twin ${request.number}`): void {
  noteOn(tx, request);
  tx.insert(request, `{"payload":{"number":${request.number}}}`, twin);
}
