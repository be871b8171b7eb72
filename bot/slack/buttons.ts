import type { ActionsBlock, ConfirmationDialog, PlainTextElement, Button as SlackButton } from '@slack/types';
import type { Button, Verb } from '../views/button.ts';
import { cutWords } from '../views/cut.ts';
import { flatText } from './text.ts';

export const ACTION_PREFIX = 'keyturn.';

export function plainText(text: string, most: number): PlainTextElement {
  return { type: 'plain_text', text: flatText([text], most), emoji: false };
}

/** What comes back with a click. It stands in the button itself, which only the app can write. */
interface Value {
  readonly verb: Verb;
  readonly request: string;
  readonly digest: string;
}

function toValue({ verb, request, digest }: Value): string {
  return JSON.stringify({ v: verb, r: request, d: digest });
}

export function actions(buttons: readonly Button[]): ActionsBlock {
  return { type: 'actions', elements: buttons.map(toElement) };
}

function toElement(button: Button): SlackButton {
  return {
    type: 'button',
    action_id: `${ACTION_PREFIX}${button.verb}`,
    text: plainText(button.label, 75),
    value: toValue(button),
    ...(button.style === 'plain' ? {} : { style: button.style }),
    ...(button.confirm === null ? {} : { confirm: toDialog(button.confirm, button.style) }),
  };
}

function toDialog(confirm: NonNullable<Button['confirm']>, style: Button['style']): ConfirmationDialog {
  return {
    title: plainText(confirm.title, 100),
    // What a dialog costs counts against the whole message.
    text: { type: 'plain_text', text: flatText(cutWords(confirm.text, 280), 300), emoji: false },
    confirm: plainText(confirm.yes, 30),
    deny: plainText(confirm.no, 30),
    ...(style === 'plain' ? {} : { style }),
  };
}
