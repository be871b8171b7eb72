import type { Answer, Click, Desk } from '../commands/answer.ts';
import { plainAnswer } from './answer-blocks.ts';
import { asPerson } from './caller.ts';
import type { SlackDirectory } from './directory.ts';
import { textModal } from './modals.ts';
import { BlockActions, ButtonValue } from './schema.ts';
import { showAnswer, TOO_LATE } from './show-answer.ts';
import { homeSurface, messageSurface, modalSurface, type Surface, type SurfaceTools } from './surfaces.ts';

export interface ClickParts {
  readonly tools: SurfaceTools;
  readonly directory: SlackDirectory;
  readonly desk: Desk;
  /** A button of somebody's Home was used, so what stands there may be old. */
  readonly afterHome: (user: string) => Promise<void>;
}

/** Verbs that only look. Everything else asks Slack again who this is. */
const LOOKS: ReadonlySet<Click['verb']> = new Set<Click['verb']>(['view', 'show', 'next']);

/** One click on a button of ours, from wherever it stands to an answer that only the clicker sees. */
export async function onClick(parts: ClickParts, body: unknown): Promise<void> {
  const { tools, directory, desk } = parts;
  const read = BlockActions.safeParse(body);
  if (!read.success) return tools.logger.warn('slack: a click could not be read');
  const clicked = read.data;
  const click = toClick(clicked.actions[0]?.value);
  const surface = surfaceOf(tools, clicked);
  if (click === null) return surface.tell(UNREADABLE);
  const account = { user: clicked.user.id, team: clicked.user.team_id ?? null };
  const answer = () =>
    asPerson({ directory, desk }, account, click.verb, !LOOKS.has(click.verb), (caller) =>
      desk.click(caller, click),
    );

  if (click.verb === 'view') await showWindow(parts, surface, clicked, answer);
  else await showAnswer(tools.api, await answer(), surface);
  if (clicked.view?.type === 'home') await parts.afterHome(clicked.user.id);
}

/**
 * A window takes no longer than three seconds to open or it never does. That the payload was seen
 * is put on record, so the window is there first.
 */
async function showWindow(
  { tools }: ClickParts,
  surface: Surface,
  clicked: BlockActions,
  answer: () => Promise<Answer>,
): Promise<void> {
  const window = await surface.open?.(textModal('Keyturn', [['One moment …']]));
  if (window === undefined || window === null) return surface.tell(TOO_LATE);
  const inside = modalSurface(tools, { user: clicked.user.id, trigger: clicked.trigger_id }, window);
  // Nothing can be opened over it: the one trigger is used.
  await showAnswer(tools.api, await answer(), { ...inside, open: null });
}

function toClick(value: string | undefined): Click | null {
  try {
    const read = ButtonValue.safeParse(JSON.parse(value ?? ''));
    return read.success ? { verb: read.data.v, request: read.data.r, digest: read.data.d, fields: {} } : null;
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
