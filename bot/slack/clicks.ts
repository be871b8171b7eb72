import type { ModalView } from '@slack/types';
import type { PersonCaller } from '../app/context.ts';
import type { Answer, Click, Desk } from '../commands/answer.ts';
import { answerBlocks, plainAnswer } from './answer-blocks.ts';
import { identified } from './caller.ts';
import type { SlackDirectory } from './directory.ts';
import { fullView, type Wanted } from './full-view.ts';
import { blocksModal, formModal, textModal } from './modals.ts';
import { BlockActions, ButtonValue, PageValue } from './schema.ts';
import { showAnswer, TOO_LATE } from './show-answer.ts';
import {
  homeSurface,
  messageSurface,
  modalSurface,
  replaceModal,
  type Surface,
  type SurfaceTools,
} from './surfaces.ts';

export interface ClickParts {
  readonly tools: SurfaceTools;
  readonly directory: SlackDirectory;
  readonly desk: Desk;
  /** A button of somebody's Home was used, so what stands there may be old. */
  readonly afterHome: (user: string) => Promise<void>;
  /** The card that was clicked, in case that it is a copy that nobody knows of. */
  readonly adopt: (request: string, channel: string, ts: string) => Promise<void>;
}

/** Verbs that only look. Everything else asks Slack again who this is. */
const LOOKS: ReadonlySet<Click['verb']> = new Set<Click['verb']>(['view', 'show', 'next']);

/** One click on a button of ours, from wherever it stands to an answer that only the clicker sees. */
export async function onClick(parts: ClickParts, body: unknown, ack: () => Promise<void>): Promise<void> {
  const { tools, desk } = parts;
  const read = BlockActions.safeParse(body);
  if (!read.success) return tools.logger.warn('slack: a click could not be read');
  const clicked = read.data;
  const value = readValue(clicked.actions[0]?.value);
  const page = PageValue.safeParse(value);
  if (page.success)
    return turnPage(parts, clicked, { page: page.data.p, request: page.data.r, digest: page.data.d });

  const surface = surfaceOf(tools, clicked);
  const button = ButtonValue.safeParse(value);
  if (!button.success) return surface.tell(UNREADABLE);
  const click: Click = { verb: button.data.v, request: button.data.r, digest: button.data.d, fields: {} };
  if (click.verb === 'view') {
    await openFullView(parts, surface, clicked, { page: 0, request: click.request, digest: click.digest });
  } else {
    const answer = await asClicker(parts, clicked, click.verb, (caller) => desk.click(caller, click));
    // It is recorded; how it is shown may take its time.
    await ack();
    await showAnswer(tools.api, answer, surface);
  }
  const { channel, container } = clicked;
  if (channel != null && container.message_ts !== undefined && container.is_ephemeral !== true)
    await parts.adopt(click.request, channel.id, container.message_ts);
  if (clicked.view?.type === 'home') await parts.afterHome(clicked.user.id);
}

/**
 * A window opens within three seconds or never. That the payload was seen is put on record, so the
 * window is there first.
 */
async function openFullView(
  parts: ClickParts,
  surface: Surface,
  clicked: BlockActions,
  wanted: Wanted,
): Promise<void> {
  const window = await surface.open?.(textModal('Keyturn', [['One moment …']]));
  if (window === undefined || window === null) return surface.tell(TOO_LATE);
  await replaceModal(parts.tools, window, await fullViewFor(parts, clicked, wanted));
}

async function turnPage(parts: ClickParts, clicked: BlockActions, wanted: Wanted): Promise<void> {
  const window = clicked.view?.id;
  if (window === undefined) return;
  await replaceModal(parts.tools, window, await fullViewFor(parts, clicked, wanted));
}

async function fullViewFor(parts: ClickParts, clicked: BlockActions, wanted: Wanted): Promise<ModalView> {
  const { tools, desk } = parts;
  const user = clicked.user.id;
  const shown = await asClicker(parts, clicked, 'view', (caller) =>
    fullView({ api: tools.api, desk }, caller, user, wanted),
  );
  if ('type' in shown) return shown;
  if (shown.kind === 'form') return formModal(shown.form);
  if (shown.kind === 'file' || shown.kind === 'full-view')
    return textModal('Keyturn', [['There is nothing to show here.']]);
  const { title, blocks } = answerBlocks(shown);
  return blocksModal(title, blocks);
}

async function asClicker<T>(
  { directory, desk }: ClickParts,
  { user }: BlockActions,
  verb: Click['verb'],
  act: (caller: PersonCaller) => Promise<T>,
): Promise<T | Answer> {
  const account = { user: user.id, team: user.team_id ?? null };
  const known = await identified({ directory, desk }, account, verb, !LOOKS.has(verb));
  return known.ok ? act(known.caller) : known.answer;
}

function readValue(value: string | undefined): unknown {
  try {
    return JSON.parse(value ?? '');
  } catch {
    return null;
  }
}

function surfaceOf(tools: SurfaceTools, clicked: BlockActions): Surface {
  const who = { user: clicked.user.id, trigger: clicked.trigger_id };
  const { view, channel, message } = clicked;
  if (view?.type === 'home') return homeSurface(tools, who);
  if (view !== undefined && view !== null) return modalSurface(tools, who, view.id);
  return messageSurface(tools, who, {
    channel: channel?.id ?? clicked.user.id,
    thread: message?.thread_ts ?? null,
    responseUrl: clicked.response_url ?? null,
  });
}

const UNREADABLE = plainAnswer(
  'Keyturn',
  'This button is from an older version of Keyturn. Nothing was done. Look for a newer card of the request.',
);
