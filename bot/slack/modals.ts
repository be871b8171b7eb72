import type { InputBlock, KnownBlock, ModalView } from '@slack/types';
import type { Field, Form, Verb } from '../views/button.ts';
import { cutWords } from '../views/cut.ts';
import type { Words } from '../views/words.ts';
import { plainText } from './buttons.ts';
import { line } from './rich.ts';

export const FORM = 'keyturn.form';
const MOST_TITLE = 24;

/** What a modal carries for its submission. */
interface FormData {
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
