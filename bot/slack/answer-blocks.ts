import type { KnownBlock } from '@slack/types';
import type { Answer } from '../commands/answer.ts';
import type { Button, Form } from '../views/button.ts';
import { cutWords } from '../views/cut.ts';
import { actions } from './buttons.ts';
import { cardBlocks } from './card-blocks.ts';
import { listBlocks } from './list-blocks.ts';
import { line } from './rich.ts';
import { noticeText } from './text.ts';

/** One answer as blocks, for a message that only one person sees or for a modal. */
export interface Shown {
  readonly title: string;
  /** For notifications and screen readers: escaped, and nothing that a requester wrote. */
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
}

type Plain = Extract<Answer, { kind: 'text' | 'card' | 'list' }>;

export function answerBlocks(answer: Plain): Shown {
  if (answer.kind === 'card') {
    const title = `Request #${answer.card.number}`;
    return { title, text: title, blocks: cardBlocks(answer.card).blocks };
  }
  if (answer.kind === 'list') {
    return { title: 'Requests', text: noticeText([answer.list.title], 300), blocks: listBlocks(answer.list) };
  }
  const lines = answer.lines.slice(0, 20).map((words) => line(cutWords(words, 1_000)));
  return {
    title: answer.ok ? 'Keyturn' : 'Nothing was done',
    text: noticeText(answer.lines[0] ?? [], 300),
    blocks: [...lines, ...below(answer.buttons)],
  };
}

/** What stands where a form cannot be opened: a button that opens it. */
export function formButton(form: Form): Shown {
  const { verb, title, style, request, digest } = form;
  const button: Button = { verb, label: title, style, request, digest, confirm: null, form };
  const words = ['This needs a few words from you. Press the button to write them.'];
  return { title, text: words[0] ?? title, blocks: [line(words), actions([button])] };
}

export function plainAnswer(title: string, ...lines: readonly string[]): Shown {
  return { title, text: noticeText([lines[0] ?? title], 300), blocks: lines.map((one) => line([one])) };
}

function below(buttons: readonly Button[]): readonly KnownBlock[] {
  return buttons.length === 0 ? [] : [actions(buttons)];
}
