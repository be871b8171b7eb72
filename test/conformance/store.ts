import { keepsWhatIsBeside } from './store-beside.ts';
import { keepsTheLog } from './store-log.ts';
import type { Place } from './store-place.ts';
import { keepsRequests } from './store-requests.ts';
import { keepsWorksWhole } from './store-works.ts';

/** Every promise of the port, for any implementation. */
export function behavesLikeAStore(name: string, place: Place): void {
  keepsWorksWhole(name, place);
  keepsTheLog(name, place);
  keepsRequests(name, place);
  keepsWhatIsBeside(name, place);
}
