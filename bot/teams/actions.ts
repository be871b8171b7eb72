import { BUTTON_STYLE, execute, inMenu } from '../cards/adaptive.ts';
import { type Element, richText } from '../cards/text.ts';
import type { Button, Field, Form } from '../views/button.ts';
import { cutWords } from '../views/cut.ts';

const INTRO = 400;

/**
 * Buttons with what they ask inside of the card: a second look, or a reason. Teams opens it below the
 * button and asks nobody for it, so what is sent is complete, or it is asked for again.
 */
export function askingActions(buttons: readonly Button[], id = 'buttons'): Element | null {
  if (buttons.length === 0) return null;
  return {
    type: 'ActionSet',
    id,
    actions: buttons.map((one, index) => inMenu(toAction(one), index)),
  };
}

function toAction(button: Button): Element {
  const { confirm, form, label, style } = button;
  if (form !== null) return showCard(button, [...formElements(form), submitSet(form)]);
  if (confirm === null) return execute(button);
  const sure = execute({ ...button, label: confirm.yes, style });
  return showCard({ label, style }, [
    richText(cutWords(confirm.text, INTRO)),
    { type: 'ActionSet', actions: [sure] },
  ]);
}

function showCard({ label, style }: Pick<Button, 'label' | 'style'>, body: readonly Element[]): Element {
  return {
    type: 'Action.ShowCard',
    title: label,
    style: BUTTON_STYLE[style],
    card: { type: 'AdaptiveCard', version: '1.5', body },
  };
}

export function formElements({ intro, fields, verb }: Form): readonly Element[] {
  return [
    ...intro.slice(0, 6).map((words) => richText(cutWords(words, INTRO), { size: 'Small' })),
    ...fields.map((field) => toInput(field, inputId(verb, field.name))),
  ];
}

export function submitSet({ verb, submit, style, request, digest }: Form): Element {
  const button = execute({ verb, label: submit, style, request, digest, confirm: null, form: null });
  return { type: 'ActionSet', actions: [button] };
}

/** Every field of a card needs a name of its own, and three buttons may each ask for a reason. */
function inputId(verb: Form['verb'], name: Field['name']): string {
  return `${verb}_${name}`;
}

/** What was filled in for this verb, by the field's own name. A field that was left empty is not there. */
export function fieldsOf(
  verb: Form['verb'],
  data: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string>> {
  const prefix = `${verb}_`;
  return Object.fromEntries(
    Object.entries(data).flatMap(([name, value]) =>
      name.startsWith(prefix) && typeof value === 'string' && value !== ''
        ? [[name.slice(prefix.length), value]]
        : [],
    ),
  );
}

function toInput({ label, hint, required, multiline, least, most, choices }: Field, id: string): Element {
  const common = { id, label, isRequired: required, errorMessage: 'This is needed.' };
  if (choices !== null) {
    return {
      type: 'Input.ChoiceSet',
      ...common,
      style: 'expanded',
      choices: choices.map(({ value, label: title }) => ({ title, value })),
    };
  }
  return {
    type: 'Input.Text',
    ...common,
    isMultiline: multiline,
    maxLength: most,
    ...(least > 1
      ? { errorMessage: `At least ${least} characters are needed.`, regex: `^[\\s\\S]{${least},}$` }
      : {}),
    ...(hint === '' ? {} : { placeholder: hint }),
  };
}
