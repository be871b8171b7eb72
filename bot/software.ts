import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What wrote an entry: name and version, from the package that runs. */
export const SOFTWARE: string = (() => {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    try {
      const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
        name: string;
        version: string;
      };
      return `${name}/${version}`;
    } catch (cause) {
      if (folder === dirname(folder)) throw cause;
    }
  }
})();
