import { faceOf, toPlace } from './core/place.ts';
import type { Courier } from './ports/courier.ts';
import type { Messenger } from './ports/messenger.ts';
import type { Places } from './ports/places.ts';

/** The places of this installation, by the faces that run in it. */
export function placesOf(
  couriers: readonly Courier[],
  faces: readonly Messenger[],
  takers: Places['takers'] = () => [],
): Places {
  const served = new Set(faces.map(({ face }) => face));
  const limited = new Set(faces.filter(({ keepsNothing }) => keepsNothing !== true).map(({ face }) => face));
  return {
    told: couriers.filter(({ toldOfChanges }) => toldOfChanges).map(({ face }) => toPlace(face)),
    takers,
    hasFaces: faces.length > 0,
    isServed: (place) => served.has(faceOf(place)),
    isLimited: (place) => limited.has(faceOf(place)),
    directTo: (person, rulebook) => faces.flatMap((face) => face.directPlace(person, rulebook) ?? []),
  };
}
