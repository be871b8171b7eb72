import { LIMITS } from './limits.ts';
import { anyString, boolean, byType, type Check, integer, list, object, oneOf, string } from './shapes.ts';

const is = (type: string): Check => oneOf(type);

export function plainText(most: number): Check {
  return byType({ plain_text: object({ type: is('plain_text'), text: string(most) }, { emoji: boolean }) });
}

export function anyText(most: number): Check {
  return byType({
    plain_text: object({ type: is('plain_text'), text: string(most) }, { emoji: boolean }),
    mrkdwn: object({ type: is('mrkdwn'), text: string(most) }, { verbatim: boolean }),
  });
}

const confirm = object(
  {
    title: plainText(LIMITS.confirmTitle),
    text: anyText(LIMITS.confirmText),
    confirm: plainText(LIMITS.confirmButton),
    deny: plainText(LIMITS.confirmButton),
  },
  { style: oneOf('primary', 'danger') },
);

const button = object(
  { type: is('button'), text: plainText(LIMITS.buttonText), action_id: string(LIMITS.id) },
  {
    value: string(LIMITS.buttonValue),
    url: string(LIMITS.url),
    style: oneOf('primary', 'danger'),
    confirm,
    accessibility_label: string(LIMITS.buttonText),
  },
);

const option = object(
  { text: anyText(LIMITS.optionText), value: string(LIMITS.optionValue) },
  { description: plainText(LIMITS.optionText) },
);
const options = list(option, LIMITS.options);
const choosing = { placeholder: plainText(LIMITS.placeholder), confirm, focus_on_load: boolean };

const select = object(
  { type: is('static_select'), action_id: string(LIMITS.id), options },
  { ...choosing, initial_option: option },
);
const radio = object(
  { type: is('radio_buttons'), action_id: string(LIMITS.id), options: list(option, 10) },
  { confirm, focus_on_load: boolean, initial_option: option },
);
const textInput = object(
  { type: is('plain_text_input'), action_id: string(LIMITS.id) },
  {
    placeholder: plainText(LIMITS.placeholder),
    initial_value: string(LIMITS.inputLength, 0),
    multiline: boolean,
    min_length: integer(0, LIMITS.inputLength),
    max_length: integer(1, LIMITS.inputLength),
    focus_on_load: boolean,
  },
);

export const inputElement = byType({
  plain_text_input: textInput,
  static_select: select,
  radio_buttons: radio,
});
export const actionElement = byType({ button, static_select: select });
export const accessory = byType({ button });
export const contextElement = anyText(LIMITS.sectionText);

const style = object({}, { bold: boolean, italic: boolean, strike: boolean, code: boolean });
const richWord = {
  text: object({ type: is('text'), text: string(LIMITS.blocksJson) }, { style }),
  link: object(
    { type: is('link'), url: string(LIMITS.url) },
    { text: string(3_000), style, unsafe: boolean },
  ),
};
const richWords = byType({
  ...richWord,
  user: object({ type: is('user'), user_id: string(30) }, { style }),
  usergroup: object({ type: is('usergroup'), usergroup_id: string(30) }, { style }),
  channel: object({ type: is('channel'), channel_id: string(30) }, { style }),
  broadcast: object({ type: is('broadcast'), range: oneOf('here', 'channel', 'everyone') }, { style }),
  emoji: object({ type: is('emoji'), name: string(100) }, { unicode: anyString, style }),
  date: object(
    { type: is('date'), timestamp: integer(0, 4_102_444_800), format: string(200) },
    { fallback: string(200), url: string(LIMITS.url), style },
  ),
});
const many = 500;
const section = object({ type: is('rich_text_section'), elements: list(richWords, many) });

/** What may stand in a `rich_text` block. In a preformatted part everything but a link is literal. */
export const richTextPart = byType({
  rich_text_section: section,
  rich_text_list: object(
    { type: is('rich_text_list'), elements: list(section, many), style: oneOf('bullet', 'ordered') },
    { indent: integer(0, 8), border: integer(0, 1), offset: integer(0, 1_000) },
  ),
  rich_text_quote: object(
    { type: is('rich_text_quote'), elements: list(richWords, many) },
    { border: integer(0, 1) },
  ),
  rich_text_preformatted: object(
    { type: is('rich_text_preformatted'), elements: list(byType(richWord), many) },
    { border: integer(0, 1) },
  ),
});
