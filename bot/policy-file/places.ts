import { type Place, toPlace } from '../core/place.ts';
import type { PolicyFile } from './schema.ts';

type Notify = PolicyFile['plans'][string]['notify'];

/** The places that a `notify` names. */
export function placesOf(notify: Notify | undefined): readonly Place[] {
  return notify?.room ? [toPlace('room')] : [];
}
