import { type Fields, isFields } from '../helpers/fake-slack/shapes.ts';

/** Blocks as HTML that looks much like Slack's own client. What a block says is text, and never markup. */
function blocksToHtml(blocks: unknown): string {
  return listOf(blocks).map(blockToHtml).join('\n');
}

function blockToHtml(block: Fields): string {
  switch (block['type']) {
    case 'rich_text':
      return `<div class="block">${listOf(block['elements']).map(partToHtml).join('')}</div>`;
    case 'section':
      return `<div class="block">${textToHtml(block['text'])}</div>`;
    case 'context':
      return `<div class="block context">${listOf(block['elements']).map(textToHtml).join(' ')}</div>`;
    case 'actions':
      return `<div class="block actions">${listOf(block['elements']).map(buttonToHtml).join('')}</div>`;
    case 'input':
      return inputToHtml(block);
    case 'divider':
      return '<hr>';
    default:
      throw new Error(`no picture of a ${String(block['type'])}`);
  }
}

function partToHtml(part: Fields): string {
  const words = () => listOf(part['elements']).map(wordToHtml).join('');
  switch (part['type']) {
    case 'rich_text_preformatted':
      return `<pre>${words()}</pre>`;
    case 'rich_text_quote':
      return `<blockquote>${words()}</blockquote>`;
    case 'rich_text_list':
      return `<ul>${listOf(part['elements'])
        .map((item) => `<li>${partToHtml(item)}</li>`)
        .join('')}</ul>`;
    default:
      return `<div class="line">${words()}</div>`;
  }
}

function wordToHtml(word: Fields): string {
  if (word['type'] === 'user') return `<span class="mention">@${escaped(word['user_id'])}</span>`;
  if (word['type'] === 'usergroup') return `<span class="mention">@${escaped(word['usergroup_id'])}</span>`;
  if (word['type'] !== 'text') throw new Error(`no picture of a ${String(word['type'])}`);
  const bold = isFields(word['style']) && word['style']['bold'] === true;
  return bold ? `<b>${escaped(word['text'])}</b>` : escaped(word['text']);
}

function textToHtml(object: unknown): string {
  return isFields(object) ? escaped(object['text']) : '';
}

function buttonToHtml(element: Fields): string {
  return `<button class="${escaped(element['style'] ?? 'plain')}">${textToHtml(element['text'])}</button>`;
}

function inputToHtml(block: Fields): string {
  const element = isFields(block['element']) ? block['element'] : {};
  const choices = listOf(element['options']).map(
    (one) => `<label class="choice"><i></i>${textToHtml(one['text'])}</label>`,
  );
  const box = `<div class="field${element['multiline'] === true ? '' : ' single'}"></div>`;
  const field = choices.length > 0 ? choices.join('') : box;
  return `<div class="block"><b>${textToHtml(block['label'])}</b>${field}<div class="context">${textToHtml(block['hint'])}</div></div>`;
}

/** A message as it stands in a channel, under the app's name. */
export function messageToHtml(blocks: unknown, note = ''): string {
  return `<div class="message"><div class="avatar">K</div><div class="body"><div class="name">Keyturn <span>APP</span> <small>${escaped(note)}</small></div>${blocksToHtml(blocks)}</div></div>`;
}

export function modalToHtml(view: Fields): string {
  const submit = isFields(view['submit'])
    ? `<button class="primary">${textToHtml(view['submit'])}</button>`
    : '';
  const close = isFields(view['close']) ? `<button class="plain">${textToHtml(view['close'])}</button>` : '';
  return `<div class="modal"><h1>${textToHtml(view['title'])}</h1>${blocksToHtml(view['blocks'])}<footer>${close}${submit}</footer></div>`;
}

export function page(title: string, parts: readonly (readonly [caption: string, html: string])[]): string {
  const body = parts
    .map(([caption, html]) => `<section><h2>${escaped(caption)}</h2>${html}</section>`)
    .join('');
  return `<!doctype html><meta charset="utf-8"><title>${escaped(title)}</title><style>${STYLE}</style>${body}`;
}

function escaped(value: unknown): string {
  return String(value)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}

const STYLE = `
* { box-sizing: border-box }
body { margin: 0; padding: 16px; background: #fff; color: #1d1c1d; font: 15px/1.46 Lato, "Helvetica Neue", Arial, sans-serif }
section { margin-bottom: 22px } h2 { font-size: 13px; color: #616061; margin: 0 0 6px; font-weight: 600 }
.message { display: flex; gap: 10px; max-width: 680px } .body { flex: 1; min-width: 0 }
.avatar { width: 36px; height: 36px; border-radius: 6px; background: #1f2933; color: #fff; display: grid; place-items: center; font-weight: 700; flex: none }
.name { font-weight: 900 } .name span { font-size: 10px; background: #ddd; border-radius: 2px; padding: 1px 3px; color: #616061 } .name small { color: #616061; font-weight: 400 }
.block { margin: 6px 0 } .line, li, blockquote { white-space: pre-wrap; overflow-wrap: anywhere }
pre { background: #f8f8f8; border: 1px solid #ddd; border-radius: 4px; padding: 8px; margin: 4px 0; font: 12px/1.5 Monaco, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere }
blockquote { margin: 2px 0; padding-left: 12px; border-left: 4px solid #ddd } ul { margin: 2px 0; padding-left: 22px }
.context { font-size: 12px; color: #616061 } .mention { background: #e8f5fa; color: #1264a3; border-radius: 3px; padding: 0 2px }
.actions { display: flex; flex-wrap: wrap; gap: 8px }
button { font: 700 13px/1 inherit; font-family: inherit; padding: 8px 12px; border-radius: 4px; border: 1px solid #bbb; background: #fff; color: #1d1c1d }
button.primary { background: #007a5a; border-color: #007a5a; color: #fff } button.danger { background: #e01e5a; border-color: #e01e5a; color: #fff }
.modal { border: 1px solid #ccc; border-radius: 8px; max-width: 520px; padding: 16px 20px; box-shadow: 0 4px 16px #0002 } .modal h1 { font-size: 20px; margin: 0 0 10px }
.modal footer { display: flex; justify-content: flex-end; gap: 8px; margin-top: 14px }
.field { border: 1px solid #bbb; border-radius: 4px; height: 72px; margin-top: 4px } .field.single { height: 32px } .choice { display: block; margin: 4px 0 } .choice i { display: inline-block; width: 14px; height: 14px; border: 1px solid #888; border-radius: 50%; margin-right: 8px; vertical-align: -2px }
hr { border: 0; border-top: 1px solid #ddd }
`;
