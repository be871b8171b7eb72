import { createHash, randomBytes } from 'node:crypto';
import { Ended, EXIT } from './exit-codes.ts';

/** What a program needs to be found and to print. Everything else is passed by name, or not at all. */
const ALWAYS = ['PATH', 'HOME', 'LANG', 'TERM'];

export interface NamedDigest {
  readonly name: string;
  readonly salt: string;
  /** SHA-256, in hex, of the salt as it is written here followed by the value. */
  readonly digest: string;
}

export interface ChildEnvironment {
  readonly values: Record<string, string>;
  readonly named: readonly NamedDigest[];
}

/**
 * The command's environment. Approvers see names and salted digests: enough to compare, not to read.
 * The token never goes along by itself, since a command that has it could ask in the guard's name.
 */
export function childEnvironment(
  source: NodeJS.ProcessEnv,
  names: readonly string[],
  all: boolean,
): ChildEnvironment {
  const wanted = new Set(names);
  const missing = [...wanted].filter((name) => typeof source[name] !== 'string');
  if (missing.length > 0)
    throw new Ended(EXIT.usage, `--env ${missing.join(', ')}: not set. Nothing was sent.`);

  const passed = all ? Object.keys(source).filter((name) => name !== 'KEYTURN_TOKEN') : ALWAYS;
  const values = [...passed, ...wanted].flatMap((name): [string, string][] => {
    const value = source[name];
    return value === undefined ? [] : [[name, value]];
  });
  return {
    values: Object.fromEntries(values),
    named: [...wanted].map((name) => digestOf(name, source[name] ?? '')),
  };
}

function digestOf(name: string, value: string): NamedDigest {
  // Without a salt, the digest of a short value could be looked up in a table.
  const salt = randomBytes(16).toString('hex');
  return { name, salt, digest: createHash('sha256').update(salt).update(value).digest('hex') };
}
