import { keptSession } from './session.ts';

/** A "no", in words for the one who asked. */
export interface Refused {
  readonly code: string;
  readonly text: string;
}

export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refused: Refused };

const UNREACHABLE: Refused = {
  code: 'UNREACHABLE',
  text: 'Keyturn does not answer. Nothing was done. Try again when this page says that it is live.',
};

/** One call to the bot. It never throws: whatever happens has a sentence. */
export async function ask<T>(path: string, body: unknown): Promise<Answer<T>> {
  try {
    const response = await fetch(`/room/api/${path}`, {
      method: 'POST',
      headers: { ...keyHeader(), 'content-type': 'application/json' },
      body: JSON.stringify(body),
      credentials: 'same-origin',
      redirect: 'error',
    });
    const said = (await response.json()) as { refused?: Refused };
    if (response.status === 401) window.dispatchEvent(new Event('signed-out'));
    return said.refused === undefined ? { ok: true, value: said as T } : { ok: false, refused: said.refused };
  } catch {
    return { ok: false, refused: UNREACHABLE };
  }
}

export function keyHeader(): Record<string, string> {
  const me = keptSession();
  return me === null ? {} : { 'x-keyturn-key': me.key };
}
