import type { OutboundType } from '../core/outbound-event.ts';
import type { Place } from '../core/place.ts';
import type { PersonId } from '../core/request.ts';
import type { Rulebook } from './rulebook.ts';

/** Which places there are in this installation. It does no I/O: every transaction asks it. */
export interface Places {
  /** Told of every change of every request, and keeps nothing. */
  readonly told: readonly Place[];
  /** Endpoints that are told of such an event. */
  readonly takers: (type: OutboundType) => readonly Place[];
  readonly hasFaces: boolean;
  /** Whether a face that is running looks after this place. */
  isServed(place: Place): boolean;
  /** Whether somebody else counts how often it is written to. */
  isLimited(place: Place): boolean;
  /** Where one person is told something that is for them alone: at most one place a face. */
  directTo(person: PersonId, rulebook: Rulebook): readonly Place[];
}
