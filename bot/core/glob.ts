/**
 * Globs over action names and targets. No regular expression is built from them, so a hostile
 * value costs at most `pattern × value` steps.
 *
 * In an action, `*` stands for any characters, dots too: `db.*` covers everything below `db`.
 * In a target `system/environment/resource`, `*` stays within its part and `**` does not. The
 * resource is one part, also where it has slashes of its own.
 */
export function matchesAction(pattern: string, action: string): boolean {
  return matches(
    tokens(pattern, () => 'any'),
    action,
  );
}

export function matchesTarget(
  pattern: string,
  target: { readonly system: string; readonly environment: string; readonly resource: string },
): boolean {
  return matches(
    tokens(pattern, (slashes) => (slashes < 2 ? 'part' : 'any')),
    `${target.system}/${target.environment}/${target.resource}`,
  );
}

/** `any` crosses slashes; `part` does not; anything else is itself. */
type Token = { readonly star: 'any' | 'part' } | { readonly char: string };

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
