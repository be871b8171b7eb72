import type { Answer } from '../commands/answer.ts';
import type { FullView } from '../views/full-view.ts';
import { answerBlocks, formButton, plainAnswer, type Shown } from './answer-blocks.ts';
import { type FileToSend, sendFile } from './files.ts';
import { fileViewModal, formModal, fullViewModal } from './modals.ts';
import type { Surface } from './surfaces.ts';
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
    case 'full-view':
      return surface.tell(await shownFullView(api, answer.view, surface.user));
    case 'file': {
      const comment = 'Here is the file that you asked for.';
      const sent = await trySend(api, surface.user, { ...answer, comment });
      return surface.tell(sent ? sentAnswer(answer.name) : NOT_SENT);
    }
  }
}

/** The whole payload for a modal, or its frame while the payload goes out as a file. */
export async function shownFullView(api: SlackApi, view: FullView, user: string): Promise<Shown> {
  const title = `Request #${view.number}`;
  const modal = fullViewModal(view);
  if (modal !== null) return { title, text: title, blocks: modal.blocks as Shown['blocks'] };
  const name = `request-${view.number}-payload.txt`;
  const sent = await trySend(api, user, {
    name,
    mediaType: 'text/plain; charset=utf-8',
    bytes: Buffer.from(`${view.text.untrusted}\n`),
    comment: `The whole payload of request #${view.number}, ${view.lines} lines.`,
  });
  if (!sent) return NOT_SENT;
  return { title, text: title, blocks: fileViewModal(view, name).blocks as Shown['blocks'] };
}

async function trySend(api: SlackApi, user: string, file: FileToSend): Promise<boolean> {
  try {
    return await sendFile(api, user, file);
  } catch {
    return false;
  }
}

function sentAnswer(name: string): Shown {
  return plainAnswer('Sent', `${name} is in your direct messages from this app.`);
}

const NOT_SENT = plainAnswer(
  'Not sent',
  'The file could not be sent to you by direct message. Please try once more in a minute.',
);
