import { actionTokens, type Token, targetTokens } from '../core/glob.ts';

/** Whether some action is matched by both. */
export function actionGlobsMeet(a: string, b: string): boolean {
  return meet(actionTokens(a), actionTokens(b));
}

export function targetGlobsMeet(a: string, b: string): boolean {
  return meet(targetTokens(a), targetTokens(b));
}

/** Whether everything that `inner` matches is matched by `outer`. A no may be wrong, a yes never is. */
export function actionGlobCovers(outer: string, inner: string): boolean {
  return beginsAlike(outer, inner) && covers(actionTokens(outer), actionTokens(inner));
}

export function targetGlobCovers(outer: string, inner: string): boolean {
  return beginsAlike(outer, inner) && covers(targetTokens(outer), targetTokens(inner));
}

/** Most pairs of a large policy end here, before anything is walked. */
function beginsAlike(outer: string, inner: string): boolean {
  const star = outer.indexOf('*');
  return star === -1 ? outer === inner : inner.startsWith(outer.slice(0, star));
}

type Tokens = readonly Token[];

/** Two globs, walked side by side. `may` says which token of the other one a star can stand for. */
function meet(a: Tokens, b: Tokens): boolean {
  return walk(a, b, (left, right, step) => {
    if (left !== undefined && 'star' in left && (step(1, 0) || (takes(left, right) && step(0, 1))))
      return true;
    if (right !== undefined && 'star' in right && (step(0, 1) || (takes(right, left) && step(1, 0))))
      return true;
    return isSameChar(left, right) && step(1, 1);
  });
}

/** A star of the inner glob is then a letter of its own, which only a star at least as wide can be. */
function covers(outer: Tokens, inner: Tokens): boolean {
  return walk(outer, inner, (left, right, step) => {
    if (left !== undefined && 'star' in left && (step(1, 0) || (holds(left, right) && step(0, 1))))
      return true;
    return isSameChar(left, right) && step(1, 1);
  });
}

type Step = (left: number, right: number) => boolean;

function walk(
  a: Tokens,
  b: Tokens,
  ruling: (left: Token | undefined, right: Token | undefined, step: Step) => boolean,
): boolean {
  // Each pair of places is looked at once, so two globs cost the product of their lengths.
  const seen = new Map<number, boolean>();
  const at = (i: number, j: number): boolean => {
    if (i === a.length && j === b.length) return true;
    const place = i * (b.length + 1) + j;
    const known = seen.get(place);
    if (known !== undefined) return known;
    seen.set(place, false);
    const found = ruling(a[i], b[j], (left, right) => at(i + left, j + right));
    seen.set(place, found);
    return found;
  };
  return at(0, 0);
}

function takes(star: { readonly star: 'any' | 'part' }, token: Token | undefined): boolean {
  if (token === undefined) return false;
  return 'star' in token || star.star === 'any' || token.char !== '/';
}

function holds(star: { readonly star: 'any' | 'part' }, token: Token | undefined): boolean {
  if (token === undefined) return false;
  if ('star' in token) return star.star === 'any' || token.star === 'part';
  return star.star === 'any' || token.char !== '/';
}

function isSameChar(a: Token | undefined, b: Token | undefined): boolean {
  return a !== undefined && b !== undefined && 'char' in a && 'char' in b && a.char === b.char;
}
