import { type Place, toPlace } from '../core/place.ts';
import type { PolicyFile } from './schema.ts';

type Notify = PolicyFile['plans'][string]['notify'];

/** The places that a `notify` names. */
export function placesOf(notify: Notify | undefined): readonly Place[] {
  if (notify === undefined) return [];
  return [
    ...(notify.room ? [toPlace('room')] : []),
    ...(notify.slack === undefined ? [] : [toPlace('slack', notify.slack)]),
    ...(notify.teams === undefined ? [] : [toPlace('teams', notify.teams)]),
  ];
}
