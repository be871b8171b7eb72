import { make } from './dom.ts';

/** What one reader is told and nobody else. A refusal interrupts a screen reader, the rest waits for it. */
export function showNote(place: HTMLElement, tone: 'done' | 'refused', ...content: readonly Node[]): void {
  const close = make('button', { type: 'button', class: 'close', 'aria-label': 'Dismiss' }, '×');
  const note = make(
    'div',
    { class: `note ${tone}`, role: tone === 'refused' ? 'alert' : 'status' },
    ...content,
    make('p', { class: 'only-you' }, 'Only you see this.'),
    close,
  );
  close.addEventListener('click', () => note.remove());
  place.replaceChildren(note);
  note.scrollIntoView({ block: 'nearest' });
}
