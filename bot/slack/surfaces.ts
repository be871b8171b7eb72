import type { ModalView } from '@slack/types';
import type { Logger } from '../ports/logger.ts';
import type { Shown } from './answer-blocks.ts';
import { blocksModal } from './modals.ts';
import type { SlackApi } from './web-api.ts';

const RESPOND_WITHIN_MS = 5_000;

/** Where one answer can be shown to the one person it is for, and to nobody else. */
export interface Surface {
  readonly user: string;
  /** Shows it, by whatever way is left. MUST NOT throw. */
  tell(shown: Shown): Promise<void>;
  /** Opens a window over it and gives its id; null when Slack does not let us any more. */
  readonly open: ((view: ModalView) => Promise<string | null>) | null;
}

export interface SurfaceTools {
  readonly api: SlackApi;
  /** Where answers to a click may be sent: Slack's own host, or the one that tests put in its place. */
  readonly mayRespondTo: (url: URL) => boolean;
  readonly logger: Logger;
}

interface Clicked {
  readonly user: string;
  readonly trigger: string;
}

/** An answer under the message that was clicked, or to a command that took too long. */
export function messageSurface(
  tools: SurfaceTools,
  { user, trigger }: Clicked,
  where: { readonly channel: string; readonly thread: string | null; readonly responseUrl: string | null },
): Surface {
  const { channel, thread, responseUrl } = where;
  return {
    user,
    open: opener(tools, 'views.open', trigger),
    async tell(shown) {
      if (responseUrl !== null && (await respond(tools, responseUrl, shown))) return;
      await ephemeral(tools, user, channel, thread, shown);
    },
  };
}

/** There is no window over a mention, and no address to answer to. */
export function mentionSurface(
  tools: SurfaceTools,
  user: string,
  channel: string,
  thread: string | null,
): Surface {
  return { user, open: null, tell: (shown) => ephemeral(tools, user, channel, thread, shown) };
}

/** Inside a modal, the answer takes its place; what is to be opened lies on top of it. */
export function modalSurface(tools: SurfaceTools, { user, trigger }: Clicked, viewId: string): Surface {
  return {
    user,
    open: opener(tools, 'views.push', trigger),
    tell: (shown) => replaceModal(tools, viewId, blocksModal(shown.title, shown.blocks)),
  };
}

/** The Home has no place for an answer, so each one is a window. */
export function homeSurface(tools: SurfaceTools, { user, trigger }: Clicked): Surface {
  const open = opener(tools, 'views.open', trigger);
  return {
    user,
    open,
    async tell(shown) {
      if ((await open(blocksModal(shown.title, shown.blocks))) !== null) return;
      tools.logger.warn('slack: an answer could not be shown', { where: 'home' });
    },
  };
}

export async function replaceModal(tools: SurfaceTools, viewId: string, view: ModalView): Promise<void> {
  const said = await quietly(tools.api.call('views.update', { view_id: viewId, view }));
  if (said?.ok !== true)
    tools.logger.warn('slack: an answer could not be shown', { where: 'modal', ...why(said) });
}

function opener(tools: SurfaceTools, method: 'views.open' | 'views.push', trigger: string) {
  return async (view: ModalView): Promise<string | null> => {
    const said = await quietly(tools.api.call(method, { trigger_id: trigger, view }));
    if (said?.ok === true) return idOf(said.data['view']);
    tools.logger.warn('slack: a window could not be opened', why(said));
    return null;
  };
}

async function ephemeral(
  { api, logger }: SurfaceTools,
  user: string,
  channel: string,
  thread: string | null,
  { text, blocks }: Shown,
): Promise<void> {
  const under = thread === null ? {} : { thread_ts: thread };
  const said = await quietly(api.call('chat.postEphemeral', { channel, user, text, blocks, ...under }));
  if (said?.ok === true) return;
  // Somebody who clicked in a channel they then left, or a channel we are not in, still has their own.
  const direct = await quietly(
    api.call('chat.postMessage', { channel: user, text, blocks, unfurl_links: false, unfurl_media: false }),
  );
  if (direct?.ok !== true)
    logger.warn('slack: an answer could not be shown', { where: 'message', ...why(direct) });
}

async function respond(
  { mayRespondTo }: SurfaceTools,
  address: string,
  { text, blocks }: Shown,
): Promise<boolean> {
  try {
    const url = new URL(address);
    if (!mayRespondTo(url)) return false;
    const answered = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ response_type: 'ephemeral', replace_original: false, text, blocks }),
      redirect: 'error',
      signal: AbortSignal.timeout(RESPOND_WITHIN_MS),
    });
    return answered.ok;
  } catch {
    return false;
  }
}

type Said = Awaited<ReturnType<SlackApi['call']>> | null;

function idOf(view: unknown): string | null {
  return typeof view === 'object' && view !== null && 'id' in view && typeof view.id === 'string'
    ? view.id
    : null;
}

function quietly(call: ReturnType<SlackApi['call']>): Promise<Said> {
  return call.catch(() => null);
}

function why(said: Said): { readonly error: string } {
  if (said === null || said.ok) return { error: 'no answer' };
  return { error: 'error' in said ? said.error : 'busy' };
}
