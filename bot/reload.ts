import { type PolicySource, refusePolicy, replacePolicy } from './app/adopt-policy.ts';
import type { Context } from './app/context.ts';
import type { JsonObject } from './core/canonical-json.ts';
import { KeyturnFault } from './core/fault.ts';
import { changedPaths } from './core/policy-diff.ts';
import type { Logger } from './ports/logger.ts';

/** What a process holds on to from its start to its end: addresses, folders, the log's name. */
export interface Fixed {
  readonly sections: JsonObject;
  /** A change of it as people read it, by the key and its line. */
  readonly say: (path: readonly string[]) => string;
}

export interface Reloadable extends PolicySource {
  readonly fixed: Fixed;
}

export type Reload = (read: () => Reloadable) => Promise<'loaded' | 'refused'>;

/**
 * Takes another policy file while everything runs, whole or not at all. One at a time: the next one
 * waits. `read` MUST throw CONFIG_INVALID, with a line for each problem, where the file is not sound.
 */
export function createReload(context: Context, running: Fixed, logger: Logger): Reload {
  let last: Promise<unknown> = Promise.resolve();
  const reload = async (read: () => Reloadable): Promise<'loaded' | 'refused'> => {
    const next = readOr(read);
    const problems = 'problems' in next ? next.problems : fixedProblems(running, next.fixed);
    if ('problems' in next || problems.length > 0) {
      await refusePolicy(context, problems);
      logger.warn(REFUSED, { problems });
      return 'refused';
    }
    try {
      await replacePolicy(context, next);
    } catch (cause) {
      const refused = problemsIn(cause);
      await refusePolicy(context, refused);
      logger.warn(REFUSED, { problems: refused });
      return 'refused';
    }
    logger.info('the policy file was loaded', { version: context.rulebook.policy.version });
    return 'loaded';
  };
  return (read) => {
    const mine = last.then(() => reload(read));
    last = mine.catch(() => undefined);
    return mine;
  };
}

const REFUSED = 'the policy file was refused; the policy before it stays in force';

function readOr(read: () => Reloadable): Reloadable | { readonly problems: readonly string[] } {
  try {
    return read();
  } catch (cause) {
    return { problems: problemsIn(cause) };
  }
}

/** What is wrong with the file. Anything else that went wrong is thrown again. */
function problemsIn(cause: unknown): readonly string[] {
  if (cause instanceof KeyturnFault && cause.code === 'CONFIG_INVALID') return cause.message.split('\n');
  throw cause;
}

function fixedProblems(running: Fixed, next: Fixed): readonly string[] {
  return changedPaths(running.sections, next.sections).map(next.say);
}
