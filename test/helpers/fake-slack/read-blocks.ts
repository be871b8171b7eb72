import { buttonLabels } from './on-screen.ts';
import { type Fields, isFields } from './shapes.ts';

/** What a person sees of blocks, and what Slack makes of them beside text. */
export interface Read {
  readonly text: string;
  readonly buttons: readonly string[];
  /** Everybody and everything that is called: users, groups, `here`, `channel`, `everyone`. */
  readonly pings: readonly string[];
  readonly links: readonly string[];
}

export function readBlocks(blocks: unknown): Read {
  const list = asList(blocks);
  const found = { pings: [] as string[], links: [] as string[] };
  const lines = list.map((block) => readOne(block, found)).filter((line) => line !== '');
  return { text: lines.join('\n'), buttons: buttonLabels(list), ...found };
}

type Found = { readonly pings: string[]; readonly links: string[] };

function readOne(block: Fields, found: Found): string {
  switch (block['type']) {
    case 'rich_text':
      return asList(block['elements'])
        .map((part) => readPart(part, found))
        .join('\n');
    case 'header':
      return readText(block['text'], found);
    case 'section':
      return [
        readText(block['text'], found),
        ...asList(block['fields']).map((one) => readText(one, found)),
      ].join('\n');
    case 'context':
      return asList(block['elements'])
        .map((one) => readText(one, found))
        .join(' ');
    case 'input':
      return readText(block['label'], found);
    default:
      return '';
  }
}

function readPart(part: Fields, found: Found): string {
  const elements = asList(part['elements']);
  if (part['type'] === 'rich_text_list')
    return elements.map((item) => `• ${readPart(item, found)}`).join('\n');
  const text = elements.map((word) => readWord(word, found)).join('');
  return part['type'] === 'rich_text_quote' ? text.replace(/^/gm, '> ') : text;
}

function readWord(word: Fields, found: Found): string {
  switch (word['type']) {
    case 'text':
      return String(word['text']);
    case 'link':
      found.links.push(String(word['url']));
      return String(word['text'] ?? word['url']);
    case 'user':
      found.pings.push(String(word['user_id']));
      return `@${String(word['user_id'])}`;
    case 'usergroup':
      found.pings.push(String(word['usergroup_id']));
      return `@${String(word['usergroup_id'])}`;
    case 'broadcast':
      found.pings.push(String(word['range']));
      return `@${String(word['range'])}`;
    default:
      return `[${String(word['type'])}]`;
  }
}

/** A text object. In mrkdwn, what stands in angle brackets is a mention or a link. */
function readText(object: unknown, found: Found): string {
  if (!isFields(object)) return '';
  const text = String(object['text']);
  return object['type'] === 'mrkdwn' ? readMrkdwn(text, found) : decode(text);
}

/** As Slack reads the text of a message: `<!channel>`, `<@U1>`, `<https://a|b>`, and bare addresses. */
export function readMrkdwn(text: string, found: Found): string {
  for (const [, inner = ''] of text.matchAll(/<([^<>]*)>/g)) {
    if (/^[!@#]/.test(inner)) found.pings.push(inner);
    else found.links.push(inner);
  }
  for (const [url] of text.replace(/<[^<>]*>/g, '').matchAll(/\bhttps?:\/\/\S+/g)) found.links.push(url);
  return decode(text);
}

function decode(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

function asList(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}
