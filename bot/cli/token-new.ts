import { randomBytes } from 'node:crypto';
import { Argument, Command } from 'commander';
import { sha256Hex } from '../core/digest.ts';

const BAD_USAGE = 78;

/** The prefix says whose it is, so that a person's token is refused where a machine's is due. */
const PREFIX = { person: 'ktp_', client: 'ktc_', worker: 'ktw_' } as const;
export type TokenHolder = keyof typeof PREFIX;

export interface NewToken {
  readonly token: string;
  /** What the config holds. */
  readonly sha256: string;
}

export function newToken(holder: TokenHolder): NewToken {
  const token = PREFIX[holder] + randomBytes(32).toString('base64url');
  return { token, sha256: sha256Hex(token) };
}

export function tokenCommand(): Command {
  const command = new Command('token')
    .description('make tokens for people, clients and workers')
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : BAD_USAGE));
  command
    .command('new')
    .description('print a new token and the hash for keyturn.yaml; the token is shown this once')
    .addArgument(new Argument('<holder>', 'whose token it is').choices(['person', 'client', 'worker']))
    .action((holder: TokenHolder) => {
      const { token, sha256 } = newToken(holder);
      const key = holder === 'person' ? 'api_token_sha256' : 'token_sha256';
      process.stdout.write(`token: ${token}\n${key}: ${sha256}\n`);
    });
  return command;
}
