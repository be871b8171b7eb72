import { type OutboundType, outboundId } from '../core/outbound-event.ts';
import { channelOf, type Place, toPlace } from '../core/place.ts';
import type { Courier, Delivery } from '../ports/courier.ts';
import type { EventEndpoint, KnownGone } from '../ports/event-endpoint.ts';
import type { Random } from '../ports/random.ts';
import { KEYTURN, type LogContext } from './context.ts';

const FACE = 'event';
const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000];
/** Standard Webhooks' own: after the nth try, so long until the next one. After the last, nobody tries again. */
const WAITS: readonly number[] = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];
/** Up to so much later, so that what failed together does not come again together. */
const JITTER = 0.1;
/** How long a message waits at most for an endpoint that takes none: as long as all its tries would. */
const LONGEST_MS = WAITS.reduce((sum, ms) => sum + ms) * (1 + JITTER);
/** So many failures one after another, and an operator should look. */
const DOWN_AFTER = 3;

/** Operators' endpoints: who takes what, and how they are. */
export interface Events {
  readonly courier: Courier;
  readonly takers: (type: OutboundType) => readonly Place[];
  readonly warnings: () => readonly string[];
}

function eventPlace(name: string): Place {
  return toPlace(FACE, name);
}

/**
 * Brings events to operators' endpoints. One that answers 410 is sent nothing more, also after a restart,
 * until it has another name or address; that it did is an entry.
 */
export function openEvents(
  endpoints: readonly EventEndpoint[],
  known: KnownGone,
  context: () => Pick<LogContext, 'time'> & { readonly random: Random },
): Events {
  const byPlace = new Map(endpoints.map((endpoint) => [eventPlace(endpoint.name), endpoint]));
  const gone = new Set(
    [...byPlace].flatMap(([place, { address }]) => (known.isGone(place, address) ? [place] : [])),
  );
  const failures = new Map<Place, number>();

  const goneNow = (place: Place, { address }: EventEndpoint, seq: number | null): Delivery => {
    gone.add(place);
    failures.delete(place);
    const why = `${channelOf(place)} answered 410 to the event of entry ${seq}: it is disabled, and what waits for it is dropped`;
    return {
      done: true,
      record(tx, at) {
        tx.addGone(place, address, at);
        tx.append({ type: 'notification.failed', place, kind: 'text', text: { why } }, KEYTURN, at, null);
      },
    };
  };

  return {
    courier: {
      face: FACE,
      toldOfChanges: false,
      async deliver({ notice, attempts }, signal): Promise<Delivery> {
        if (notice.kind !== 'text') return { done: false, never: `an endpoint takes no ${notice.kind}` };
        const { place, body, seq } = notice;
        const endpoint = byPlace.get(place);
        // Taken out of the configuration since, or it wants nothing: nobody waits for it.
        if (endpoint === undefined || gone.has(place)) return { done: true };
        const failed = failures.get(place) ?? 0;
        const { time, random } = context();
        // Only where others just failed: it may be old because Keyturn itself was down.
        if (failed >= DOWN_AFTER && time.now() - happenedAt(body) > LONGEST_MS)
          return { done: false, never: givenUp(seq, attempts) };
        const sent = await endpoint.send({ id: outboundId(body), body }, signal);
        if (sent.kind === 'gone') return goneNow(place, endpoint, seq);
        if (sent.kind === 'taken') {
          failures.delete(place);
          // A record, if an empty one: the next few share its commit, and not all that waits.
          return { done: true, mayWait: true, record: () => undefined };
        }
        failures.set(place, failed + 1);
        const wait = WAITS[attempts];
        if (wait === undefined) return { done: false, never: `${givenUp(seq, attempts + 1)}: ${sent.why}` };
        const share = (random.bytes(1)[0] ?? 0) / 255;
        const againInMs = Math.round(wait * (1 + share * JITTER));
        return { done: false, againInMs, quietMs: sent.quietMs, why: sent.why };
      },
    },
    takers: (type) =>
      [...byPlace].flatMap(([place, { types }]) => (types.has(type) && !gone.has(place) ? [place] : [])),
    warnings: () => [
      ...[...gone].map(() => 'an endpoint of events answered 410 and is disabled: the log names it'),
      ...[...failures.values()]
        .filter((count) => count >= DOWN_AFTER)
        .map(() => 'an endpoint of events takes nothing: the log of the process names it'),
    ],
  };
}

function givenUp(seq: number | null, tries: number): string {
  return `the event of entry ${seq} was not taken in ${tries} tries`;
}

function happenedAt(body: string): number {
  const { timestamp } = JSON.parse(body) as { readonly timestamp: string };
  return Date.parse(timestamp);
}
