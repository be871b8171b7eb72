import type { Button } from '../../views/button.ts';
import type { FullView } from '../../views/full-view.ts';
import { openDialog } from './dialog.ts';
import { make } from './dom.ts';
import { wordsOf } from './words.ts';

/** Everything that would run, line by line, with its number: a line that is only spaces is one too. */
export function openFullView(view: FullView, onClick: (button: Button) => void): void {
  const facts = view.facts.flatMap(({ label, value }) => [
    make('dt', {}, label),
    make('dd', {}, wordsOf(value)),
  ]);
  const lines = view.text.untrusted.split('\n').map((line) => make('li', {}, make('code', {}, line)));
  const close = make('button', { type: 'button', class: 'button', autofocus: true }, 'Close');
  const buttons = view.buttons.map((button) => {
    const drawn = make('button', { type: 'button', class: `button ${button.style}` }, button.label);
    drawn.addEventListener('click', () => {
      dialog.close();
      onClick(button);
    });
    return drawn;
  });
  const dialog = openDialog(
    wordsOf(view.title),
    'wide',
    make('dl', { class: 'facts' }, ...facts),
    make('p', { class: 'hint' }, `${view.lines} ${view.lines === 1 ? 'line' : 'lines'}, nothing left out.`),
    ...(view.hidden === null ? [] : [make('p', { class: 'warning' }, wordsOf(view.hidden))]),
    make('ol', { class: 'payload', tabindex: '0', 'aria-label': 'The whole payload' }, ...lines),
    make('div', { class: 'dialog-buttons' }, close, ...buttons),
  );
  close.addEventListener('click', () => dialog.close());
}
