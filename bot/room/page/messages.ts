import type { Button } from '../../views/button.ts';
import type { Message } from '../wire.ts';
import { byId, say } from './dom.ts';
import { type DrawnMessage, drawMessage } from './message.ts';
import { showQueue } from './queue.ts';
import { timeLeft } from './times.ts';

const TICK_MS = 1_000;

export interface Messages {
  /** All there is. What is here no more goes away. */
  reset(messages: readonly Message[]): void;
  put(message: Message): void;
  goTo(id: string): void;
}

/** The column of requests, oldest first, and the list of those that wait for this reader. */
export function showMessages(onClick: (button: Button, notes: HTMLElement) => void): Messages {
  const column = byId('messages', HTMLElement);
  const nothing = byId('nothing', HTMLElement);
  const held = new Map<string, { message: Message; drawn: DrawnMessage }>();

  const put = (message: Message) => {
    const known = held.get(message.id);
    if (known !== undefined && JSON.stringify(known.message) === JSON.stringify(message)) return;
    const drawn = known?.drawn ?? drawMessage(onClick);
    drawn.show(message);
    held.set(message.id, { message, drawn });
    if (known === undefined) place(drawn.element, message);
    if (message.waitsForMe && known?.message.waitsForMe !== true) {
      say(`Request ${message.number} from ${message.from} waits for you.`);
    } else if (known !== undefined && known.message.state !== message.state) {
      say(`Request ${message.number} is now ${message.state}.`);
    }
  };
  const place = (element: HTMLElement, { at }: Message) => {
    const follows = [...held.values()].find(
      ({ message, drawn }) => drawn.element.isConnected && message.at > at,
    );
    const wasAtEnd = isAtEnd();
    column.insertBefore(element, follows?.drawn.element ?? null);
    if (wasAtEnd) showWhole(element);
  };
  const refresh = () => {
    nothing.hidden = held.size > 0;
    showQueue(
      [...held.values()].map(({ message }) => message),
      goTo,
    );
    tick();
  };
  const goTo = (id: string) => {
    const element = held.get(id)?.drawn.element;
    element?.scrollIntoView({ block: 'center' });
    element?.focus({ preventScroll: true });
  };
  /** What waits for the reader first; else the newest. */
  const startAt = (messages: readonly Message[]) => {
    const start = messages.find(({ waitsForMe }) => waitsForMe) ?? messages.at(-1);
    const element = start === undefined ? undefined : held.get(start.id)?.drawn.element;
    if (element !== undefined) showWhole(element);
  };
  window.setInterval(tick, TICK_MS);
  return {
    reset(messages) {
      const ids = new Set(messages.map(({ id }) => id));
      for (const [id, { drawn }] of held) {
        if (ids.has(id)) continue;
        drawn.element.remove();
        held.delete(id);
      }
      const isFirst = held.size === 0;
      for (const message of messages) put(message);
      refresh();
      if (isFirst) startAt(messages);
    },
    put(message) {
      put(message);
      refresh();
    },
    goTo,
  };
}

/** Its end, as in any chat; or its beginning, where it is too tall for both. */
function showWhole(element: HTMLElement): void {
  const isTall = element.offsetHeight > window.innerHeight - 180;
  element.scrollIntoView({ block: isTall ? 'start' : 'end' });
}

function isAtEnd(): boolean {
  const { scrollHeight, scrollTop, clientHeight } = document.documentElement;
  return scrollHeight - scrollTop - clientHeight < 80;
}

/** Only what changed is written, or a screen reader would be told each second. */
function tick(): void {
  for (const element of document.querySelectorAll<HTMLElement>('[data-until]')) {
    const text = timeLeft(element.dataset['until'] ?? '');
    if (element.textContent !== text) element.textContent = text;
  }
}
