// The half of the session that no other port of this host can get at. The cookie is the other half.
const KEPT = 'keyturn-room';

/** Who is signed in. `id` is the policy's name of this person. */
export interface Me {
  readonly key: string;
  readonly id: string;
  readonly name: string;
}

export function keptSession(): Me | null {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? 'null') as Me | null;
    return typeof kept?.key === 'string' ? kept : null;
  } catch {
    return null;
  }
}

export function keepSession(me: Me | null): void {
  if (me === null) localStorage.removeItem(KEPT);
  else localStorage.setItem(KEPT, JSON.stringify(me));
}
