import type { InputBlock, KnownBlock, ModalView } from '@slack/types';
import type { Field, Form, Verb } from '../views/button.ts';
import type { FullView } from '../views/full-view.ts';
import type { Words } from '../views/words.ts';
import { actions, plainText } from './buttons.ts';
import { cutWords, sizeOf } from './cut.ts';
import { bold, facts, line, preformatted, smallPrint } from './rich.ts';

export const FORM = 'keyturn.form';
const MOST_TITLE = 24;
/** Longer than this is a file, which a reader can search. */
export const MOST_LINES = 200;
/** Slack takes 250 KB; what is larger as a modal is larger on a phone than anybody reads. */
const MOST_MODAL = 200_000;
const CHUNK = 2_500;

/** What a modal carries for its submission. */
export interface FormData {
  readonly verb: Verb;
  readonly request: string;
  readonly digest: string;
}

export function formModal(form: Form): ModalView {
  const data: FormData = { verb: form.verb, request: form.request, digest: form.digest };
  return {
    type: 'modal',
    callback_id: FORM,
    private_metadata: JSON.stringify(data),
    title: plainText(form.title, MOST_TITLE),
    submit: plainText(form.submit, MOST_TITLE),
    close: plainText('Cancel', MOST_TITLE),
    blocks: [
      ...form.intro.slice(0, 20).map((words) => line(cutWords(words, 2_000))),
      ...form.fields.map(toInput),
    ],
  };
}

function toInput(field: Field): InputBlock {
  const common = {
    type: 'input' as const,
    block_id: field.name,
    label: plainText(field.label, 2_000),
    optional: !field.required,
    ...(field.hint === '' ? {} : { hint: plainText(field.hint, 2_000) }),
  };
  if (field.choices !== null) {
    const options = field.choices.map(({ value, label }) => ({ text: plainText(label, 75), value }));
    return { ...common, element: { type: 'radio_buttons', action_id: field.name, options } };
  }
  return {
    ...common,
    element: {
      type: 'plain_text_input',
      action_id: field.name,
      multiline: field.multiline,
      min_length: Math.min(field.least, 3_000),
      max_length: Math.min(field.most, 3_000),
    },
  };
}

/** A modal that only tells something. */
export function textModal(
  title: string,
  lines: readonly Words[],
  below: readonly KnownBlock[] = [],
): ModalView {
  const texts = lines.slice(0, 50).map((words) => line(cutWords(words, 2_500)));
  return blocksModal(title, [...texts, ...below]);
}

export function blocksModal(title: string, blocks: readonly KnownBlock[]): ModalView {
  return {
    type: 'modal',
    title: plainText(title, MOST_TITLE),
    close: plainText('Close', MOST_TITLE),
    blocks: [...blocks],
  };
}

/** The whole payload on one page that scrolls, or null where it is too long for a modal and has to be a file. */
export function fullViewModal(view: FullView): ModalView | null {
  if (view.lines > MOST_LINES) return null;
  const modal = blocksModal(`Request #${view.number}`, [
    ...headOf(view),
    ...chunks(view.text.untrusted).map(preformatted),
    ...tailOf(view),
  ]);
  return modal.blocks.length <= 100 && sizeOf(modal) <= MOST_MODAL ? modal : null;
}

/** What stands in the modal while the whole payload is in a file. */
export function fileViewModal(view: FullView, name: string): ModalView {
  const where = `The payload has ${view.lines} lines, too many for this window. All of it is in the file ${name}, which you have just got by direct message from this app.`;
  return blocksModal(`Request #${view.number}`, [...headOf(view), line([where]), ...tailOf(view)]);
}

function headOf(view: FullView): readonly KnownBlock[] {
  const list = view.facts.slice(0, 25).map(({ label, value }) => ({ label, value: cutWords(value, 2_500) }));
  return [bold(cutWords(view.title, 2_500)), ...(list.length === 0 ? [] : [facts(list)])];
}

function tailOf(view: FullView): readonly KnownBlock[] {
  return [
    ...(view.hidden === null ? [] : [bold(['⚠ ', ...cutWords(view.hidden, 2_500)])]),
    smallPrint(`Payload digest ${view.digest.slice(0, 19)}`),
    ...(view.buttons.length === 0 ? [] : [actions(view.buttons)]),
  ];
}

/** Whole lines, as many to a block as fit; nothing is left out between two of them. */
function chunks(text: string): readonly string[] {
  const parts: string[] = [];
  let current: string | null = null;
  for (const one of text.split('\n')) {
    const longer: string = current === null ? one : `${current}\n${one}`;
    if (current !== null && longer.length > CHUNK) {
      parts.push(current);
      current = one;
    } else current = longer;
  }
  return current === null ? parts : [...parts, current];
}
