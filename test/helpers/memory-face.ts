import type { Context } from '../../bot/app/context.ts';
import { lookAt } from '../../bot/app/look-at-request.ts';
import { toldEntry } from '../../bot/app/told-entry.ts';
import { type Place, toPlace } from '../../bot/core/place.ts';
import type { PersonId } from '../../bot/core/request.ts';
import type {
  Editable,
  Edited,
  Messenger,
  NotNow,
  Postable,
  Posted,
  Posting,
} from '../../bot/ports/messenger.ts';
import type { Rulebook } from '../../bot/ports/rulebook.ts';
import type { Button } from '../../bot/views/button.ts';
import { digestCard } from '../../bot/views/digest-card.ts';
import { directMessage } from '../../bot/views/direct-message.ts';
import { requestCard } from '../../bot/views/request-card.ts';
import { type ThreadLine, threadLine } from '../../bot/views/thread-line.ts';
import { plain, type Untrusted, type Words } from '../../bot/views/words.ts';

/** A message as the vendor holds it: outside Keyturn, so it outlives a restart of the bot. */
export interface Held {
  readonly id: string;
  readonly place: Place;
  readonly key: string;
  readonly under: string | null;
  readonly kind: Postable['kind'];
  readonly request: string | null;
  lines: readonly string[];
  title: string;
  buttons: readonly Button[];
  /** What it showed before each edit: what a client that is behind still draws. */
  readonly past: { readonly buttons: readonly Button[] }[];
  deleted: boolean;
}

/** The vendor of a face that exists in memory only, with the moods that real vendors have. */
export class MemoryVendor {
  readonly messages: Held[] = [];
  /** Every call that came in, also of what it refused. */
  calls = 0;
  edits = 0;
  canFind = true;
  /** What the next calls come to; 'lost' takes the message and breaks before it answers. */
  readonly moods: (NotNow | 'down' | 'lost')[] = [];
  #next = 1;

  in(place: Place): readonly Held[] {
    return this.messages.filter((message) => message.place === place && !message.deleted);
  }

  mood(): NotNow | 'down' | 'lost' | undefined {
    this.calls += 1;
    return this.moods.shift();
  }

  take(message: Omit<Held, 'id' | 'past' | 'deleted'>): Held {
    const held = { ...message, id: `m${this.#next}`, past: [], deleted: false };
    this.#next += 1;
    this.messages.push(held);
    return held;
  }
}

/** Its people: everybody but dora has an account there. */
const STRANGERS: ReadonlySet<string> = new Set(['dora']);

/** The outgoing half of the face. Its dialect has no markup, so every word is literal. */
export function memoryMessenger(context: () => Context, vendor: MemoryVendor, face = 'memory'): Messenger {
  const draw = (notice: Postable) => drawn(context(), notice);
  return {
    face,
    directPlace(person: PersonId, { people }: Rulebook) {
      const key = people.get(person)?.key;
      return key === undefined || STRANGERS.has(key) ? null : toPlace(face, `@${person}`);
    },
    async post(notice: Postable, { key, under }: Posting): Promise<Posted> {
      const mood = vendor.mood();
      if (mood === 'down') throw new Error('the vendor is down');
      if (typeof mood === 'object') return mood;
      const request = notice.kind === 'digest' ? null : notice.request;
      const { place, kind } = notice;
      const held = vendor.take({ place, key, under, kind, request, ...draw(notice) });
      if (mood === 'lost') throw new Error('the connection broke');
      return { message: held.id };
    },
    async edit(notice: Editable, message: string): Promise<Edited> {
      const mood = vendor.mood();
      if (mood === 'down' || mood === 'lost') throw new Error('the vendor is down');
      if (mood !== undefined) return mood;
      const held = vendor.in(notice.place).find(({ id }) => id === message);
      if (held === undefined) return 'gone';
      vendor.edits += 1;
      held.past.push({ buttons: held.buttons });
      Object.assign(held, draw(notice));
      return 'edited';
    },
    async find(notice: Postable, key: string): Promise<string | null> {
      if (!vendor.canFind) return null;
      return vendor.in(notice.place).find((message) => message.key === key)?.id ?? null;
    },
  };
}

function drawn(context: Context, notice: Postable): Pick<Held, 'lines' | 'title' | 'buttons'> {
  const { committed } = context.store;
  if (notice.kind === 'digest') {
    const looks = committed.digested(notice.digest).flatMap((id) => lookAt(context, id) ?? []);
    const card = digestCard(notice.digest, looks);
    const items = card.items.map(({ title, about }) => `${plain(title)} — ${plain(about)}`);
    return { title: card.title, lines: [card.counts, ...items, card.more ?? ''], buttons: card.buttons };
  }
  const look = lookAt(context, notice.request);
  if (look === null) throw new Error('there is no such request');
  const entry = toldEntry(committed, notice.seq);
  if (notice.kind === 'card') {
    const card = requestCard(look);
    return { title: plain(card.title), lines: cardLines(card), buttons: card.buttons };
  }
  const line = entry === null ? null : threadLine(entry, look);
  if (entry === null || (notice.kind === 'thread' && line === null)) {
    throw new Error(`entry ${notice.seq} has nothing to say`);
  }
  const { lines, output } = notice.kind === 'direct' ? directMessage(entry, look) : threadWords(line);
  return {
    title: '',
    lines: [...lines.map(plain), ...(output === null ? [] : [output.untrusted])],
    buttons: [],
  };
}

function threadWords(line: ThreadLine | null): {
  readonly lines: readonly Words[];
  readonly output: Untrusted | null;
} {
  if (line === null) return { lines: [], output: null };
  const mentions = line.mentions.map((group) => `@${group}`).join(' ');
  return { lines: mentions === '' ? [line.words] : [line.words, [mentions]], output: line.output };
}

export function cardLines(card: ReturnType<typeof requestCard>): readonly string[] {
  const fact = ({ label, value }: { readonly label: string; readonly value: Words }) =>
    `${label}: ${plain(value)}`;
  return [
    plain(card.title),
    ...card.facts.map(fact),
    fact(card.why),
    ...(card.links?.urls.map(({ untrusted }) => `${card.links?.label}: ${untrusted}`) ?? []),
    card.preview.untrusted,
    ...(card.hidden === null ? [] : [card.hidden]),
    ...(card.outcome ?? []).map(plain),
    plain(card.footer),
  ];
}
