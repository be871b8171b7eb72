import { createHmac, timingSafeEqual } from 'node:crypto';

/** Slack signs with a secret of 32 characters; a shorter one was not copied whole. */
const SHORTEST_SECRET = 16;
const WINDOW_S = 300;

export interface SignedBody {
  /** As they came over the wire: what is parsed and written again is another body. */
  readonly body: Uint8Array;
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
}

/** A check without a secret would let everybody in, so there is none. Throws at start. */
export function signatureCheck(secret: string, nowMs: () => number): (signed: SignedBody) => boolean {
  if (secret.length < SHORTEST_SECRET) throw new Error('SLACK_SIGNING_SECRET is empty or too short');
  return ({ body, timestamp, signature }) => {
    if (timestamp === undefined || signature === undefined || !/^[0-9]{1,12}$/.test(timestamp)) return false;
    // Both directions: a timestamp from the future would otherwise stay replayable until it is past.
    if (!(Math.abs(Math.floor(nowMs() / 1000) - Number(timestamp)) <= WINDOW_S)) return false;
    const hmac = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex');
    const expected = Buffer.from(`v0=${hmac}`);
    const given = Buffer.from(signature);
    return given.length === expected.length && timingSafeEqual(given, expected);
  };
}
