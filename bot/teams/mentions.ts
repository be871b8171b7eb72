import type { AdaptiveCard } from '../cards/adaptive.ts';

/** Somebody to be called on: their object id, and the name that the policy gives them. */
export interface Called {
  readonly id: string;
  readonly name: string;
}

/**
 * The same card with people called on. Only a TextBlock can do that, and it reads Markdown: so it holds
 * names out of the policy file with nothing but letters, figures and spaces, and no word of anybody else.
 */
export function mentioning(card: AdaptiveCard, called: readonly Called[]): AdaptiveCard {
  if (called.length === 0) return card;
  const names = called.map(({ name }) => plainName(name));
  const tags = called.map(({ id }, index) => {
    const name = names[index] ?? '';
    // Two people may have one name, and each tag must be one of a kind.
    const shown = names.indexOf(name) === index ? name : `${name} ${index + 1}`;
    return { type: 'mention', text: `<at>${shown}</at>`, mentioned: { id, name } };
  });
  const line = { type: 'TextBlock', wrap: true, text: tags.map(({ text }) => text).join(' ') };
  return { ...card, body: [...card.body, line], msteams: { ...card.msteams, entities: tags } };
}

function plainName(name: string): string {
  return name.replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ').trim() || 'somebody';
}
