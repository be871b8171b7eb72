/**
 * Globs over action names and targets. No regular expression is built from them, so a hostile
 * value costs at most `pattern × value` steps.
 *
 * In an action, `*` stands for any characters, dots too: `db.*` covers everything below `db`.
 * In a target `system/environment/resource`, `*` stays within its part and `**` does not. The
 * resource is one part, also where it has slashes of its own.
 */
export type Glob = (value: string) => boolean;

interface TargetParts {
  readonly system: string;
  readonly environment: string;
  readonly resource: string;
}

export function matchesAction(pattern: string, action: string): boolean {
  return actionGlob(pattern)(action);
}

export function matchesTarget(pattern: string, target: TargetParts): boolean {
  return targetGlob(pattern)(targetText(target));
}

export function targetText({ system, environment, resource }: TargetParts): string {
  return `${system}/${environment}/${resource}`;
}

/** A pattern read once, for a policy that asks it of every request. */
export function actionGlob(pattern: string): Glob {
  return compile(actionTokens(pattern));
}

/** Takes what `targetText` makes of a target. */
export function targetGlob(pattern: string): Glob {
  return compile(targetTokens(pattern));
}

/** `any` crosses slashes; `part` does not; anything else is itself. */
export type Token = { readonly star: 'any' | 'part' } | { readonly char: string };

export function actionTokens(pattern: string): readonly Token[] {
  return tokens(pattern, () => 'any');
}

export function targetTokens(pattern: string): readonly Token[] {
  return tokens(pattern, (slashes) => (slashes < 2 ? 'part' : 'any'));
}

function tokens(pattern: string, starAfter: (slashes: number) => 'any' | 'part'): Token[] {
  const found: Token[] = [];
  let slashes = 0;
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern.charAt(at);
    if (char === '*' && pattern.charAt(at + 1) === '*') {
      found.push({ star: 'any' });
      at += 1;
    } else if (char === '*') {
      found.push({ star: starAfter(slashes) });
    } else {
      if (char === '/') slashes += 1;
      found.push({ char });
    }
  }
  return found;
}

/** Most globs are a word, or a word and one star at its end. Only the others are walked through. */
function compile(pattern: readonly Token[]): Glob {
  const stars = pattern.findIndex((token) => 'star' in token);
  const head = pattern.slice(0, stars === -1 ? pattern.length : stars);
  const word = head.map((token) => ('char' in token ? token.char : '')).join('');
  if (stars === -1) return (value) => value === word;
  const rest = pattern.slice(stars);
  const [star] = rest;
  const endsInAny = rest.length === 1 && star !== undefined && 'star' in star && star.star === 'any';
  if (endsInAny) return (value) => value.startsWith(word);
  return (value) => value.startsWith(word) && matches(rest, value.slice(word.length));
}

function matches(pattern: readonly Token[], value: string): boolean {
  // reach[j]: the tokens so far can end just before value[j].
  let reach = new Array<boolean>(value.length + 1).fill(false);
  reach[0] = true;
  for (const token of pattern) {
    const next = new Array<boolean>(value.length + 1).fill(false);
    for (let j = 0; j <= value.length; j += 1) {
      if ('char' in token) {
        next[j] = j > 0 && reach[j - 1] === true && value.charAt(j - 1) === token.char;
      } else {
        const grows = j > 0 && next[j - 1] === true && (token.star === 'any' || value.charAt(j - 1) !== '/');
        next[j] = reach[j] === true || grows;
      }
    }
    reach = next;
  }
  return reach[value.length] === true;
}
