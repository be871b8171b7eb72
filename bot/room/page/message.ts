import type { Button } from '../../views/button.ts';
import type { Message } from '../wire.ts';
import { drawCard } from './card.ts';
import { make } from './dom.ts';
import { isOpen, STATES } from './states.ts';
import { clockTime } from './times.ts';
import { wordsOf } from './words.ts';

export interface DrawnMessage {
  readonly element: HTMLElement;
  /** Where only this reader is told something about it. */
  readonly notes: HTMLElement;
  show(message: Message): void;
}

/** One request in the room: who asks, its card, and what happened to it since. */
export function drawMessage(onClick: (button: Button, notes: HTMLElement) => void): DrawnMessage {
  const head = make('header', { class: 'message-head' });
  const bubble = make('div', { class: 'bubble' });
  const notes = make('div', { class: 'notes' });
  const thread = make('ol', { class: 'thread' });
  const element = make('article', { class: 'message', tabindex: '-1' }, head, bubble, notes, thread);
  let opened = false;

  const show = (message: Message) => {
    const focused = focusedButton(element);
    element.id = message.id;
    element.setAttribute('aria-label', labelOf(message));
    head.replaceChildren(...headOf(message));
    const card = drawCard(message, (button) => onClick(button, notes));
    const folds = !isOpen(message.state);
    element.classList.toggle('folded', folds && !opened);
    bubble.replaceChildren(card, ...(folds ? [foldButton()] : []));
    thread.hidden = message.thread.length === 0;
    thread.replaceChildren(...message.thread.map(lineOf));
    if (focused !== null) refocus(element, focused);
  };
  const foldButton = () => {
    const button = make('button', { type: 'button', class: 'fold', 'aria-expanded': String(opened) });
    const label = () => {
      button.textContent = opened ? 'Show less' : 'Show the whole card';
    };
    label();
    button.addEventListener('click', () => {
      opened = !opened;
      element.classList.toggle('folded', !opened);
      button.setAttribute('aria-expanded', String(opened));
      label();
    });
    return button;
  };
  return { element, notes, show };
}

function labelOf({ number, from, state }: Message): string {
  const [word] = state === null ? [''] : STATES[state];
  return `${number === null ? 'Many requests' : `Request ${number}`} from ${from}. ${word}`;
}

function headOf({ number, from, at, state, expiresAt, risk }: Message): readonly Node[] {
  const [word, tone] = state === null ? ['', 'quiet'] : STATES[state];
  const isRisky = risk === 'high' || risk === 'critical';
  return [
    make('span', { class: 'avatar', 'aria-hidden': 'true' }, from.slice(0, 1).toUpperCase()),
    make('strong', { class: 'from' }, from),
    ...(number === null ? [] : [make('span', { class: 'number' }, `Request ${number}`)]),
    make('time', { datetime: at, class: 'when' }, clockTime(at)),
    make('span', { class: 'gap' }),
    ...(isRisky ? [make('span', { class: `pill risk-${risk}` }, risk)] : []),
    ...(word === '' ? [] : [make('span', { class: `pill ${tone}` }, word)]),
    ...(expiresAt === null ? [] : [make('span', { class: 'left', 'data-until': expiresAt })]),
  ];
}

function lineOf({ words, output, at }: Message['thread'][number]): Node {
  return make(
    'li',
    {},
    make('p', {}, wordsOf(words)),
    make('time', { datetime: at, class: 'when' }, clockTime(at)),
    output === null
      ? null
      : make('pre', { tabindex: '0', 'aria-label': 'The last lines of output' }, output.untrusted),
  );
}

/** A card is drawn anew when something happened. Somebody who is on its second button stays there. */
function focusedButton(element: HTMLElement): string | null {
  const active = document.activeElement;
  return active instanceof HTMLButtonElement && element.contains(active) ? active.textContent : null;
}

function refocus(element: HTMLElement, label: string): void {
  const same = [...element.querySelectorAll('button')].find((button) => button.textContent === label);
  (same ?? element).focus({ preventScroll: true });
}
