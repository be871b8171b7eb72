import { chmodSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// npm does this only when it links the command for the first time: not after `rm -r dist`, and not in a
// new clone where an old one was.
chmodSync(fileURLToPath(new URL('../../dist/bot/cli/keyturn.js', import.meta.url)), 0o755);
