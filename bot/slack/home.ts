import type { HomeView, KnownBlock } from '@slack/types';
import type { Desk } from '../commands/answer.ts';
import type { Logger } from '../ports/logger.ts';
import { answerBlocks } from './answer-blocks.ts';
import { asPerson } from './caller.ts';
import type { SlackDirectory } from './directory.ts';
import { listBlocks } from './list-blocks.ts';
import { smallPrint } from './rich.ts';
import { HomeOpened } from './schema.ts';
import type { SlackApi } from './web-api.ts';

const HOME = { blocks: 100, budget: 100_000 };
/** Whoever opened it so lately may still look at it. */
const LOOKS_FOR_MS = 10 * 60_000;
const MOST_LOOKERS = 100;
/** Changes come in groups, and Slack limits how often a Home is published. */
const GATHER_MS = 1_500;

export interface HomeParts {
  readonly api: SlackApi;
  readonly directory: SlackDirectory;
  readonly desk: Desk;
  readonly logger: Logger;
  readonly now: () => number;
}

/** The Home tab: what waits for this person, oldest expiry first, kept true while they may look at it. */
export interface Homes {
  opened(event: unknown): Promise<void>;
  publish(user: string): Promise<void>;
  /** Something changed: who looks at their Home gets it again, soon. */
  changed(): void;
  stop(): void;
}

export function homes({ api, directory, desk, logger, now }: HomeParts): Homes {
  const lookers = new Map<string, number>();
  let gathering: NodeJS.Timeout | undefined;

  const publish = async (user: string): Promise<void> => {
    const account = { user, team: null };
    const answer = await asPerson({ directory, desk }, account, 'home', false, (caller) =>
      desk.type(caller, 'list'),
    );
    const blocks = answer.kind === 'list' ? listBlocks(answer.list, HOME) : answerOf(answer);
    const view: HomeView = { type: 'home', blocks: [...blocks, HELP] };
    const said = await api.call('views.publish', { user_id: user, view }).catch(() => null);
    if (said?.ok !== true) logger.warn('slack: a Home could not be published');
  };

  const publishAll = async () => {
    for (const [user, at] of lookers) {
      if (now() - at > LOOKS_FOR_MS) lookers.delete(user);
      else await publish(user);
    }
  };
  return {
    publish,
    async opened(event) {
      const read = HomeOpened.safeParse(event);
      if (!read.success || read.data.tab !== 'home') return;
      const { user } = read.data;
      if (lookers.size >= MOST_LOOKERS) lookers.clear();
      lookers.set(user, now());
      await publish(user);
    },
    changed() {
      if (lookers.size === 0) return;
      gathering ??= setTimeout(() => {
        gathering = undefined;
        publishAll().catch((cause: unknown) =>
          logger.error('slack: a Home failed', { cause: String(cause) }),
        );
      }, GATHER_MS);
    },
    stop() {
      clearTimeout(gathering);
      lookers.clear();
    },
  };
}

const HELP = smallPrint('Type /keyturn help to see everything that you can ask for.');

function answerOf(
  answer: Parameters<typeof answerBlocks>[0] | { readonly kind: 'form' | 'full-view' | 'file' },
): readonly KnownBlock[] {
  return answer.kind === 'text' || answer.kind === 'card' || answer.kind === 'list'
    ? answerBlocks(answer).blocks
    : [];
}
