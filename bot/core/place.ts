declare const placeBrand: unique symbol;

/**
 * Where people look: a face, and where it has several, the channel: `room`, `slack:#approvals`,
 * `teams:19:…@thread.tacv2`. A place for one person ends with their id: `slack:@psn_…`.
 */
export type Place = string & { readonly [placeBrand]: never };

/** A face's name has no colon, so the first one ends it; a channel may have more. */
export function toPlace(face: string, channel: string | null = null): Place {
  return (channel === null ? face : `${face}:${channel}`) as Place;
}

export function faceOf(place: Place): string {
  const colon = place.indexOf(':');
  return colon === -1 ? place : place.slice(0, colon);
}

export function channelOf(place: Place): string | null {
  const colon = place.indexOf(':');
  return colon === -1 ? null : place.slice(colon + 1);
}
