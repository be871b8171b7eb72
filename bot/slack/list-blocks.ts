import type { KnownBlock } from '@slack/types';
import { cutWords, sizeOf } from '../views/cut.ts';
import type { DigestCard } from '../views/digest-card.ts';
import type { ListItem, RequestList } from '../views/request-list.ts';
import { actions } from './buttons.ts';
import { MESSAGE_BUDGET } from './card-blocks.ts';
import { bold, line, smallPrint } from './rich.ts';

const EACH = 600;
/** For what may have to stand below the list: three blocks at most. */
const BELOW = 500;

/** As many items as there is room for, and how many there are beside them. */
export function listBlocks(
  list: RequestList,
  { blocks: most, budget }: { readonly blocks: number; readonly budget: number } = MESSAGE,
): readonly KnownBlock[] {
  const head = [bold([list.title])];
  if (list.items.length === 0) return [...head, line([list.empty])];
  const shown: KnownBlock[] = [...head];
  let fitted = 0;
  let left = budget - BELOW - sizeOf(shown);
  for (const item of list.items) {
    const next = itemBlocks(item);
    left -= sizeOf(next);
    if (left < 0 || shown.length + next.length > most - 3) break;
    shown.push(...next);
    fitted += 1;
  }
  const unfitted = list.items.length - fitted;
  if (unfitted > 0) shown.push(smallPrint(`${unfitted} more are not shown here: there is no room for them.`));
  if (list.more !== null) shown.push(smallPrint(list.more));
  return shown;
}

const MESSAGE = { blocks: 50, budget: MESSAGE_BUDGET };

export function digestBlocks(digest: DigestCard): readonly KnownBlock[] {
  const below = digest.buttons.length === 0 ? [] : [actions(digest.buttons)];
  const list = {
    ...digest,
    title: `${digest.title}: ${digest.counts}`,
    empty: 'Nothing of it waits any more.',
  };
  const room = { blocks: 50 - below.length, budget: MESSAGE_BUDGET - sizeOf(below) };
  return [...listBlocks(list, room), ...below];
}

function itemBlocks(item: ListItem): readonly KnownBlock[] {
  return [
    bold(cutWords(item.title, EACH)),
    line(cutWords(item.about, EACH)),
    ...(item.buttons.length === 0 ? [] : [actions(item.buttons)]),
  ];
}
