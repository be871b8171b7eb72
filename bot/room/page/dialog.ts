import type { Confirm, Field, Form } from '../../views/button.ts';
import { make } from './dom.ts';
import { linesOf, wordsOf } from './words.ts';

/** The browser's own modal: it keeps the focus inside, closes on Escape and gives the focus back. */
export function openDialog(
  title: Node | string,
  className: string,
  ...content: readonly Node[]
): HTMLDialogElement {
  const heading = make('h2', { id: 'dialog-title' }, title);
  const dialog = make('dialog', { class: className, 'aria-labelledby': 'dialog-title' }, heading, ...content);
  document.body.append(dialog);
  dialog.addEventListener('close', () => dialog.remove());
  dialog.showModal();
  return dialog;
}

/** Asked before a click counts. Escape is a no. */
export function askConfirm({ title, text, yes, no }: Confirm, style: string): Promise<boolean> {
  return new Promise((resolve) => {
    const yesButton = make('button', { type: 'button', class: `button ${style}` }, yes);
    const noButton = make('button', { type: 'button', class: 'button', autofocus: true }, no);
    const buttons = make('div', { class: 'dialog-buttons' }, noButton, yesButton);
    const dialog = openDialog(title, 'small', make('p', {}, wordsOf(text)), buttons);
    let answer = false;
    yesButton.addEventListener('click', () => {
      answer = true;
      dialog.close();
    });
    noButton.addEventListener('click', () => dialog.close());
    dialog.addEventListener('close', () => resolve(answer));
  });
}

type Fields = Readonly<Record<string, string>>;

/**
 * A form in a modal. `send` says what is wrong, and then the form stays open with all that was typed;
 * or null when it is done.
 */
export function openForm(form: Form, send: (fields: Fields) => Promise<string | null>): void {
  const inputs = form.fields.map(inputOf);
  const problem = make('p', { class: 'problem', role: 'alert' });
  const submit = make('button', { type: 'submit', class: `button ${form.style}` }, form.submit);
  const cancel = make('button', { type: 'button', class: 'button' }, 'Cancel');
  const body = make(
    'form',
    { method: 'dialog' },
    ...linesOf(form.intro),
    ...inputs.map(({ row }) => row),
    problem,
    make('div', { class: 'dialog-buttons' }, cancel, submit),
  );
  const dialog = openDialog(form.title, 'small', body);
  cancel.addEventListener('click', () => dialog.close());
  body.addEventListener('submit', (event) => {
    event.preventDefault();
    submit.disabled = true;
    const fields = Object.fromEntries(inputs.map(({ name, input }) => [name, input.value]));
    void send(fields).then((wrong) => {
      submit.disabled = false;
      problem.textContent = wrong ?? '';
      if (wrong === null) dialog.close();
    });
  });
}

function inputOf({ name, label, hint, required, multiline, least, most, choices }: Field) {
  const id = `field-${name}`;
  const bounds = { minlength: least > 0 ? String(least) : null, maxlength: String(most) };
  const common = { id, name, required, 'aria-describedby': `${id}-hint`, autocomplete: 'off' };
  const input =
    choices !== null
      ? make(
          'select',
          common,
          ...choices.map((choice) => make('option', { value: choice.value }, choice.label)),
        )
      : multiline
        ? make('textarea', { ...common, ...bounds, rows: '4' })
        : make('input', { ...common, ...bounds, spellcheck: 'false' });
  const hintLine = make('p', { class: 'hint', id: `${id}-hint` }, hint);
  return {
    name,
    input,
    row: make('div', { class: 'field' }, make('label', { for: id }, label), input, hintLine),
  };
}
