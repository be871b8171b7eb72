import type { Message } from '../wire.ts';
import { byId, make } from './dom.ts';
import { wordsOf } from './words.ts';

/** What waits for this reader, the soonest to expire first. */
export function showQueue(messages: readonly Message[], goTo: (id: string) => void): void {
  const mine = messages
    .filter(({ waitsForMe }) => waitsForMe)
    .sort((a, b) => ((a.expiresAt ?? '') < (b.expiresAt ?? '') ? -1 : 1));
  byId('queue-count', HTMLElement).textContent = String(mine.length);
  byId('queue', HTMLElement).classList.toggle('quiet', mine.length === 0);
  byId('queue-empty', HTMLElement).hidden = mine.length > 0;
  byId('queue-items', HTMLElement).replaceChildren(...mine.map((message) => itemOf(message, goTo)));
  document.title = mine.length === 0 ? 'Keyturn room' : `(${mine.length}) Keyturn room`;
}

function itemOf({ id, number, from, title, expiresAt }: Message, goTo: (id: string) => void): Node {
  const button = make(
    'button',
    { type: 'button' },
    make('span', { class: 'queue-title' }, `${number} `, wordsOf(title)),
    make('span', { class: 'queue-about' }, `${from} · `, make('span', { 'data-until': expiresAt })),
  );
  button.addEventListener('click', () => goTo(id));
  return make('li', {}, button);
}
