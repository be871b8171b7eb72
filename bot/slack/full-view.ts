import type { ModalView } from '@slack/types';
import type { PersonCaller } from '../app/context.ts';
import type { Answer, Desk } from '../commands/answer.ts';
import type { FullView } from '../views/full-view.ts';
import { plainAnswer } from './answer-blocks.ts';
import { type FileToSend, sendFile } from './files.ts';
import { blocksModal } from './modals.ts';
import { fileModal, MOST_PAGED_LINES, PAGE_LINES, pageModal } from './page-modal.ts';
import type { SlackApi } from './web-api.ts';

export interface Wanted {
  readonly request: string;
  readonly digest: string;
  readonly page: number;
}

/** A page of the whole payload as a window, or a file of all of it; or why there is neither. */
export async function fullView(
  { api, desk }: { readonly api: SlackApi; readonly desk: Desk },
  caller: PersonCaller,
  user: string,
  wanted: Wanted,
): Promise<ModalView | Answer> {
  const page = await desk.page(caller, wanted.request, { page: wanted.page, lines: PAGE_LINES });
  if (page.kind !== 'page') return page;
  if (page.pages <= MOST_PAGED_LINES / PAGE_LINES) return pageModal(page);
  // Too long to turn pages. With this it is put on record that all of it was handed out.
  const whole = await desk.click(caller, { verb: 'view', ...wanted, fields: {} });
  return whole.kind === 'full-view' ? asFile(api, user, whole.view) : whole;
}

async function asFile(api: SlackApi, user: string, view: FullView): Promise<ModalView> {
  const name = `request-${view.number}-payload.txt`;
  const sent = await trySend(api, user, {
    name,
    mediaType: 'text/plain; charset=utf-8',
    bytes: Buffer.from(`${view.text.untrusted}\n`),
    comment: `The whole payload of request #${view.number}, ${view.lines} lines.`,
  });
  return sent ? fileModal(view, name) : blocksModal(NOT_SENT.title, NOT_SENT.blocks);
}

export async function trySend(api: SlackApi, user: string, file: FileToSend): Promise<boolean> {
  try {
    return await sendFile(api, user, file);
  } catch {
    return false;
  }
}

export const NOT_SENT = plainAnswer(
  'Not sent',
  'The file could not be sent to you by direct message. Please try once more in a minute.',
);
