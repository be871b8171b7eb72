import type { Button } from '../../views/button.ts';
import type { ShownAnswer } from '../wire.ts';
import { ask, type Refused } from './ask.ts';
import { drawCard } from './card.ts';
import { askConfirm, openForm } from './dialog.ts';
import { make } from './dom.ts';
import { openFullView } from './full-view.ts';
import { showNote } from './note.ts';
import { linesOf } from './words.ts';

/** A click, up to whatever comes of it. Nothing that is refused goes unsaid. */
export async function clickButton(button: Button, notes: HTMLElement): Promise<void> {
  if (button.confirm !== null && !(await askConfirm(button.confirm, button.style))) return;
  if (button.form !== null) return askForm(button.form, notes);
  await sendClick(button, {}, notes);
}

export async function typeLine(line: string, notes: HTMLElement): Promise<void> {
  const answer = await ask<ShownAnswer>('command', { line });
  if (answer.ok) showAnswer(answer.value, notes);
  else showRefused(answer.refused, notes);
}

type Clicked = Pick<Button, 'verb' | 'request' | 'digest'>;

function askForm(form: Extract<ShownAnswer, { kind: 'form' }>['form'], notes: HTMLElement): void {
  openForm(form, async (fields) => {
    const answer = await ask<ShownAnswer>('click', { ...clicked(form), fields });
    if (!answer.ok) return answer.refused.text;
    if (answer.value.kind === 'text' && !answer.value.ok) return textOf(answer.value);
    showAnswer(answer.value, notes);
    return null;
  });
}

async function sendClick(button: Clicked, fields: Readonly<Record<string, string>>, notes: HTMLElement) {
  const answer = await ask<ShownAnswer>('click', { ...clicked(button), fields });
  if (answer.ok) showAnswer(answer.value, notes);
  else showRefused(answer.refused, notes);
}

function clicked({ verb, request, digest }: Clicked): Clicked {
  return { verb, request, digest };
}

function showAnswer(answer: ShownAnswer, notes: HTMLElement): void {
  const again = (button: Button) => void clickButton(button, notes);
  switch (answer.kind) {
    case 'text':
      showNote(notes, answer.ok ? 'done' : 'refused', ...linesOf(answer.lines), ...buttonsOf(answer, again));
      break;
    case 'card':
      showNote(notes, 'done', drawCard(answer, again));
      break;
    case 'form':
      askForm(answer.form, notes);
      break;
    case 'full-view':
      openFullView(answer.view, again);
      break;
    case 'file':
      showNote(notes, 'done', ...linesOf([answer.about]), fileOf(answer));
      break;
  }
}

function showRefused({ text }: Refused, notes: HTMLElement): void {
  showNote(notes, 'refused', make('p', {}, text));
}

function textOf({ lines }: Extract<ShownAnswer, { kind: 'text' }>): string {
  return lines
    .map((line) => line.map((word) => (typeof word === 'string' ? word : word.untrusted)).join(''))
    .join(' ');
}

function buttonsOf(
  { buttons }: { readonly buttons: readonly Button[] },
  onClick: (button: Button) => void,
): Node[] {
  const drawn = buttons.map((button) => {
    const one = make('button', { type: 'button', class: `button ${button.style}` }, button.label);
    one.addEventListener('click', () => onClick(button));
    return one;
  });
  return drawn.length === 0 ? [] : [make('div', { class: 'note-buttons' }, ...drawn)];
}

function fileOf({ name, mediaType, base64 }: Extract<ShownAnswer, { kind: 'file' }>): Node {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  const href = URL.createObjectURL(new Blob([bytes], { type: mediaType }));
  return make('p', {}, make('a', { href, download: name }, `Download ${name}`));
}
