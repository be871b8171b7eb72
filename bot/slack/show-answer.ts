import type { Answer } from '../commands/answer.ts';
import { answerBlocks, formButton, plainAnswer, type Shown } from './answer-blocks.ts';
import { NOT_SENT, trySend } from './full-view.ts';
import { formModal } from './modals.ts';
import type { Surface } from './surfaces.ts';
import { noticeText } from './text.ts';
import type { SlackApi } from './web-api.ts';

export const TOO_LATE = plainAnswer(
  'Too late',
  'Slack gave up on this click before it could be answered. Nothing was done. Please click once more.',
);

/** Shows the answer of a click or command to the one person it is for, in whatever form it needs. */
export async function showAnswer(api: SlackApi, answer: Answer, surface: Surface): Promise<void> {
  switch (answer.kind) {
    case 'text':
    case 'card':
    case 'list':
      return surface.tell(answerBlocks(answer));
    case 'form': {
      if (surface.open === null) return surface.tell(formButton(answer.form));
      const opened = await surface.open(formModal(answer.form));
      return opened === null ? surface.tell(TOO_LATE) : undefined;
    }
    case 'file': {
      const sent = await trySend(api, surface.user, { ...answer, comment: noticeText(answer.about, 1_000) });
      return surface.tell(sent ? sentAnswer(answer.name) : NOT_SENT);
    }
    case 'full-view':
      // Only a click on its button asks for it, and that has a window of its own: see full-view.ts.
      return surface.tell(plainAnswer('Keyturn', 'Press View full payload on the card to see all of it.'));
  }
}

function sentAnswer(name: string): Shown {
  return plainAnswer('Sent', `${name} is in your direct messages from this app.`);
}
