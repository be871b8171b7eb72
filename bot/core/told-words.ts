import { visible } from './visible.ts';

const MOST_CHARACTERS = 500;

/**
 * Words of a reviewer or of the policy, as whoever asked is told them, also in the place where it waits: nothing in
 * them is hidden, and what is long is cut. By code points: a cut through the middle of one would be no text.
 */
export function toldWords(words: string): string {
  const shown = visible(words);
  return shown.length <= MOST_CHARACTERS ? shown : [...shown].slice(0, MOST_CHARACTERS).join('');
}
