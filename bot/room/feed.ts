import type { Context, PersonCaller } from '../app/context.ts';
import { type Look, lookAt } from '../app/look-at-request.ts';
import { mayRead } from '../app/readers.ts';
import { toldEntry } from '../app/told-entry.ts';
import { waitsFor } from '../app/who-may.ts';
import { toAdaptiveCard } from '../cards/adaptive.ts';
import { toDigestCard } from '../cards/adaptive-list.ts';
import { toIsoTime } from '../core/instant.ts';
import type { RequestId } from '../core/request.ts';
import type { Post } from '../ports/notice.ts';
import { digestCard } from '../views/digest-card.ts';
import { directMessage } from '../views/direct-message.ts';
import { requestCard } from '../views/request-card.ts';
import { threadLine } from '../views/thread-line.ts';
import { phraseOf } from '../views/title.ts';
import { directRoom, ROOM } from './messenger.ts';
import type { Direct, Message, ThreadItem } from './wire.ts';

/** What a page shows at once. Older requests come by `show N`; open ones are always there. */
const MOST_MESSAGES = 60;
const MOST_OPEN = 200;
const MOST_SCANNED = 500;
const MOST_LINES = 100;
const MOST_DIRECTS = 5;

/** What stands in the room for one reader: what the relay has posted there, drawn from what is true now. */
export interface Feed {
  all(reader: PersonCaller): { readonly messages: readonly Message[]; readonly directs: readonly Direct[] };
  /** The message about this request or digest, or null where it has none that this reader may see. */
  about(reader: PersonCaller, subject: string): Message | null;
  directs(reader: PersonCaller): readonly Direct[];
}

export function createFeed(context: Context): Feed {
  const { store, rulebook, time } = context;
  const { committed } = store;

  const readable = (reader: PersonCaller, id: RequestId): Look | null => {
    const look = lookAt(context, id);
    return look !== null && mayRead(rulebook, reader, look.request) ? look : null;
  };
  const aboutRequest = (reader: PersonCaller, id: RequestId): Message | null => {
    const [card] = committed.cards(ROOM, id);
    const look = card === undefined ? null : readable(reader, id);
    return card === undefined || look === null ? null : toMessage(look, card, reader);
  };
  const aboutDigest = (reader: PersonCaller, digest: string): Message | null => {
    const [post] = committed.digestPosts(digest).filter(({ place }) => place === ROOM);
    const looks = committed.digested(digest).flatMap((id) => readable(reader, id) ?? []);
    if (post === undefined || looks.length === 0) return null;
    const view = digestCard(digest, looks);
    return {
      id: digest,
      number: null,
      from: 'Keyturn',
      title: [view.title],
      at: toIsoTime(post.at),
      state: null,
      risk: null,
      expiresAt: null,
      waitsForMe: false,
      thread: [],
      card: toDigestCard(view),
      buttons: view.buttons,
    };
  };
  const about = (reader: PersonCaller, subject: string) =>
    subject.startsWith('req_') ? aboutRequest(reader, subject as RequestId) : aboutDigest(reader, subject);

  const toMessage = (look: Look, card: Post, reader: PersonCaller): Message => {
    const { request, names } = look;
    const view = requestCard(look);
    const isOpen = request.state === 'pending' || request.state === 'flagged';
    return {
      id: request.id,
      number: request.number,
      from: names.requester(request),
      title: phraseOf(request),
      at: toIsoTime(card.at),
      state: request.state,
      risk: request.demands.risk,
      expiresAt: isOpen ? toIsoTime(request.demands.expiresAt) : null,
      waitsForMe: waitsFor(context, reader.id, request),
      thread: threadOf(look),
      card: toAdaptiveCard(view),
      buttons: view.buttons,
    };
  };
  const threadOf = (look: Look): readonly ThreadItem[] =>
    committed.thread(ROOM, look.request.id, MOST_LINES).flatMap(({ seq }) => {
      const entry = toldEntry(committed, seq);
      const line = entry === null ? null : threadLine(entry, look);
      return entry === null || line === null ? [] : [{ ...line, at: toIsoTime(entry.at) }];
    });

  const directs = (reader: PersonCaller): readonly Direct[] => {
    const query = { kinds: ['direct'] as const, before: time.now() + 1, most: MOST_DIRECTS };
    return committed
      .postsIn(directRoom(reader.id), query)
      .flatMap(({ request, seq, message }) => {
        const look = request === null ? null : readable(reader, request);
        const entry = look === null ? null : toldEntry(committed, seq);
        if (look === null || entry === null) return [];
        const { lines, output } = directMessage(entry, look);
        return [{ id: message, at: toIsoTime(entry.at), lines, output }];
      })
      .reverse();
  };

  return {
    about,
    directs,
    all(reader) {
      const query = { kinds: ['card', 'digest'] as const, before: time.now() + 1, most: MOST_SCANNED };
      const open = committed.inStates(OPEN_STATES, MOST_OPEN, 0).map(({ id }) => id);
      const recent = committed.postsIn(ROOM, query).flatMap(({ request, digest }) => request ?? digest ?? []);
      const messages = new Map<string, Message>();
      for (const subject of new Set<string>([...open, ...recent])) {
        if (messages.size >= MOST_MESSAGES + open.length) break;
        const message = about(reader, subject);
        if (message !== null) messages.set(subject, message);
      }
      const byTime = [...messages.values()].sort((a, b) => (a.at < b.at ? -1 : 1));
      return { messages: byTime, directs: directs(reader) };
    },
  };
}

const OPEN_STATES = ['pending', 'flagged', 'approved', 'executing', 'unknown'] as const;
