import { type Fields, isFields } from './shapes.ts';

interface FoundButton {
  readonly block_id: string;
  readonly element: Fields;
}

/** The button with this label, as a person finds it. */
export function findButton(blocks: readonly Fields[], label: string | RegExp): FoundButton {
  const buttons = allButtons(blocks);
  const found = buttons.find(({ element }) => {
    const text = labelOf(element);
    return typeof label === 'string' ? text === label : label.test(text);
  });
  if (found === undefined) {
    const labels = buttons.map(({ element }) => labelOf(element)).join(', ');
    throw new Error(`there is no button ${String(label)}, only: ${labels || 'none'}`);
  }
  return found;
}

export function buttonLabels(blocks: readonly Fields[]): readonly string[] {
  return allButtons(blocks).map(({ element }) => labelOf(element));
}

function allButtons(blocks: readonly Fields[]): readonly FoundButton[] {
  return blocks.flatMap((block, index) => {
    const block_id = typeof block['block_id'] === 'string' ? block['block_id'] : `b${index}`;
    const elements = Array.isArray(block['elements']) ? block['elements'] : [];
    return [...elements, block['accessory']]
      .filter(isFields)
      .filter((element) => element['type'] === 'button')
      .map((element) => ({ block_id, element }));
  });
}

function labelOf(element: Fields): string {
  return isFields(element['text']) ? String(element['text']['text']) : '';
}

/** The state of a modal's fields, filled by label or by the field's own name. Refuses what Slack's client would not send. */
export function readInputs(view: Fields, values: Readonly<Record<string, string>>): Fields {
  const blocks = Array.isArray(view['blocks']) ? view['blocks'].filter(isFields) : [];
  const inputs = blocks.filter((one) => one['type'] === 'input');
  const labels = inputs.map((block) => labelOf({ text: block['label'] }));
  const names = inputs.map((block) => String(block['block_id']));
  const unknown = Object.keys(values).filter((name) => !labels.includes(name) && !names.includes(name));
  if (unknown.length > 0)
    throw new Error(`the modal has no field ${unknown.join(', ')}, only ${labels.join(', ')}`);
  const state: Record<string, Fields> = {};
  for (const block of inputs) {
    const label = labelOf({ text: block['label'] });
    const element = isFields(block['element']) ? block['element'] : {};
    const filled = fill(
      element,
      values[label] ?? values[String(block['block_id'])] ?? '',
      block['optional'] === true,
      label,
    );
    state[String(block['block_id'])] = { [String(element['action_id'])]: filled };
  }
  return state;
}

function fill(element: Fields, value: string, optional: boolean, label: string): Fields {
  if (value === '' && !optional) throw new Error(`Slack asks to fill in ${label}`);
  if (element['type'] !== 'plain_text_input') {
    const options = Array.isArray(element['options']) ? element['options'].filter(isFields) : [];
    const chosen = options.find((one) => one['value'] === value);
    if (chosen === undefined && value !== '') throw new Error(`${label} has no choice ${value}`);
    return { type: element['type'], selected_option: chosen ?? null };
  }
  const least = Number(element['min_length'] ?? 0);
  const most = Number(element['max_length'] ?? 3_000);
  if (value !== '' && (value.length < least || value.length > most))
    throw new Error(`Slack takes ${least} to ${most} characters for ${label}`);
  return { type: 'plain_text_input', value: value === '' ? null : value };
}
