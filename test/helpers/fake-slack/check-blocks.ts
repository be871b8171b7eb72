import {
  accessory,
  actionElement,
  anyText,
  contextElement,
  inputElement,
  plainText,
  richTextPart,
} from './check-elements.ts';
import { LIMITS } from './limits.ts';
import { boolean, byType, type Check, isFields, list, object, oneOf, type Report, string } from './shapes.ts';

const withId = { block_id: string(LIMITS.id) };

const section: Check = (value, at, report) => {
  object(
    { type: oneOf('section') },
    {
      ...withId,
      text: anyText(LIMITS.sectionText),
      fields: list(anyText(LIMITS.fieldText), LIMITS.fields),
      accessory,
      expand: boolean,
    },
  )(value, at, report);
  if (isFields(value) && value['text'] === undefined && value['fields'] === undefined)
    report('missing required field: text', at);
};

const block = byType({
  header: object({ type: oneOf('header'), text: plainText(LIMITS.header) }, withId),
  section,
  divider: object({ type: oneOf('divider') }, withId),
  context: object({ type: oneOf('context'), elements: list(contextElement, LIMITS.contextElements) }, withId),
  actions: object({ type: oneOf('actions'), elements: list(actionElement, LIMITS.actionElements) }, withId),
  input: object(
    { type: oneOf('input'), label: plainText(LIMITS.inputLabel), element: inputElement },
    { ...withId, hint: plainText(LIMITS.inputLabel), optional: boolean, dispatch_action: boolean },
  ),
  rich_text: object({ type: oneOf('rich_text'), elements: list(richTextPart, 200) }, withId),
});

/** Slack's `errors` for these blocks, such as `no more than 50 items allowed [json-pointer:/blocks]`. */
export function blockErrors(blocks: unknown, pointer: string, most: number): readonly string[] {
  const errors: string[] = [];
  const report: Report = (message, at) => errors.push(`${message} [json-pointer:${at}]`);
  list(block, most)(blocks, pointer, report);
  if (Array.isArray(blocks)) reportTwice(blocks, pointer, report);
  return errors;
}

/** A `block_id` names one block of the whole, an `action_id` one element of its block. */
function reportTwice(blocks: readonly unknown[], pointer: string, report: Report): void {
  const ids = new Set<unknown>();
  for (const [index, one] of blocks.entries()) {
    if (!isFields(one)) continue;
    const id = one['block_id'];
    if (id !== undefined && ids.has(id))
      report(`block_id "${String(id)}" already exists`, `${pointer}/${index}`);
    ids.add(id);
    const actions = new Set<unknown>();
    for (const [at, element] of asList(one['elements']).entries()) {
      const action = isFields(element) ? element['action_id'] : undefined;
      if (action !== undefined && actions.has(action))
        report(`action_id "${String(action)}" already exists`, `${pointer}/${index}/elements/${at}`);
      actions.add(action);
    }
  }
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/**
 * How much of the total a message's blocks use: their JSON, with everything beyond ASCII escaped as
 * Slack's own encoder does it. Whoever stays below this stays below every way of counting.
 */
export function blocksSize(blocks: unknown): number {
  return JSON.stringify(blocks).replace(/[^\x20-\x7e]/g, '\\u0000').length;
}
