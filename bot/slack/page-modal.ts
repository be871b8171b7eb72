import type { ActionsBlock, KnownBlock, ModalView } from '@slack/types';
import type { Page } from '../commands/answer.ts';
import { cutWords, sizeOf } from '../views/cut.ts';
import type { FullView } from '../views/full-view.ts';
import { actions, plainText } from './buttons.ts';
import { blocksModal } from './modals.ts';
import { bold, bullets, facts, line, preformatted, quote, smallPrint } from './rich.ts';

/** What fits a screen of a window without getting lost in it. */
export const PAGE_LINES = 50;
/** Longer than this is a file, which a reader can search. */
export const MOST_PAGED_LINES = 200;
export const PAGE_ACTION = 'keyturn.page';
/** Long texts go into several blocks: nothing is left out between two of them. */
const CHUNK = 2_900;

type Head = Pick<FullView, 'title' | 'facts' | 'why' | 'links'>;

/** One page of the whole payload. Who has turned every page may decide right here. */
export function pageModal(page: Page): ModalView {
  const first = page.page === 0;
  return blocksModal(`Request #${page.number}`, [
    ...(first ? headBlocks(page) : [bold(cutWords(page.title, 1_000))]),
    ...(page.pages > 1 ? [smallPrint(`Payload, page ${page.page + 1} of ${page.pages}`)] : []),
    ...chunks(page.text.untrusted).map(preformatted),
    ...(page.hidden === null ? [] : [bold(['⚠ ', ...cutWords(page.hidden, 1_000)])]),
    ...turning(page),
    ...below(page),
  ]);
}

/** What stands in the window while the whole payload is in a file. */
export function fileModal(view: FullView, name: string): ModalView {
  const where = `The payload has ${view.lines} lines, too many for this window. All of it is in the file ${name}, in your direct messages from this app.`;
  return blocksModal(`Request #${view.number}`, [
    ...headBlocks(view),
    bold([where]),
    ...(view.hidden === null ? [] : [bold(['⚠ ', ...cutWords(view.hidden, 1_000)])]),
    ...below(view),
  ]);
}

function headBlocks({ title, facts: list, why, links }: Head): readonly KnownBlock[] {
  const shown = list.slice(0, 25).map(({ label, value }) => ({ label, value: cutWords(value, 4_000) }));
  return [
    bold(cutWords(title, 2_000)),
    ...(shown.length === 0 ? [] : [facts(shown)]),
    quote({ ...why, value: cutWords(why.value, 15_000) }),
    ...(links === null
      ? []
      : [
          bullets(
            links.label,
            links.urls.slice(0, 10).map((url) => [url]),
          ),
        ]),
  ];
}

function turning({ page, pages, request, digest, seenAll }: Page): readonly KnownBlock[] {
  if (pages === 1) return [];
  const turn = (label: string, to: number): ActionsBlock['elements'][number] => ({
    type: 'button',
    action_id: `${PAGE_ACTION}.${to < page ? 'back' : 'next'}`,
    text: plainText(label, 75),
    value: JSON.stringify({ p: to, r: request, d: digest }),
    ...(to > page && !seenAll ? { style: 'primary' as const } : {}),
  });
  const elements = [
    ...(page > 0 ? [turn('Back', page - 1)] : []),
    ...(page < pages - 1 ? [turn('Next page', page + 1)] : []),
  ];
  const rest = line(['You can decide here once you have seen every page.']);
  return [...(seenAll ? [] : [rest]), { type: 'actions', elements }];
}

function below({ digest, buttons }: Pick<FullView, 'digest' | 'buttons'>): readonly KnownBlock[] {
  return [
    smallPrint(`Payload digest ${digest.slice('sha256:'.length, 'sha256:'.length + 12)}`),
    ...(buttons.length === 0 ? [] : [actions(buttons)]),
  ];
}

/** Whole lines, as many to a block as fit. */
function chunks(text: string): readonly string[] {
  const parts: string[] = [];
  let current: string | null = null;
  for (const one of text.split('\n')) {
    const longer: string = current === null ? one : `${current}\n${one}`;
    if (current !== null && sizeOf(longer) > CHUNK) {
      parts.push(current);
      current = one;
    } else current = longer;
  }
  return current === null ? parts : [...parts, current];
}
