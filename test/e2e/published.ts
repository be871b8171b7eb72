import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Folder, ROOT } from './folder.ts';

interface Locked {
  readonly optional?: boolean;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
}

/**
 * What `npm publish` would send, unpacked into `node_modules/keyturn` of the folder, beside the packages
 * that an install without development brings, by the marks in the lockfile. Answers the program's path.
 */
export function publishedIn(folder: Folder, { withOptional }: { readonly withOptional: boolean }): string {
  const pack = ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder.path];
  execFileSync('npm', pack, { cwd: ROOT, stdio: 'ignore' });
  const [archive] = readdirSync(folder.path).filter((name) => name.endsWith('.tgz'));
  const at = join(folder.path, 'node_modules/keyturn');
  mkdirSync(at, { recursive: true });
  execFileSync('tar', ['-xzf', join(folder.path, archive ?? ''), '--strip-components=1', '-C', at]);
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  for (const [path, one] of Object.entries<Locked>(packages)) {
    const isTop = path.startsWith('node_modules/') && path.lastIndexOf('node_modules/') === 0;
    const isLeftOut =
      one.dev === true || (!withOptional && (one.optional === true || one.devOptional === true));
    if (!isTop || isLeftOut) continue;
    mkdirSync(dirname(join(folder.path, path)), { recursive: true });
    symlinkSync(join(ROOT, path), join(folder.path, path));
  }
  return join(at, 'dist/bot/cli/keyturn.js');
}
