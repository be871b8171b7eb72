import { matchesAction } from '../core/glob.ts';
import { ActionName, EnvironmentName } from './schema-names.ts';

/** One value or several, as the file allows in a match. */
export function asList<T>(value: T | readonly T[] | undefined): readonly T[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value as T];
}

/** A glob that can match nothing is a rule that its author believes in and that never binds. */
export function actionGlobProblem(glob: string): string | null {
  const example = glob.replaceAll(/\*+/g, 'a');
  return ActionName.safeParse(example).success ? null : `"${glob}" can match no action`;
}

export function targetGlobProblem(glob: string, environments: readonly string[] | null): string | null {
  const [system = '', environment, ...resource] = glob.split('/');
  if (system === '') return `"${glob}" has no system before its first slash`;
  if (system.includes('**')) return null;
  if (!isPart(system)) return `"${glob}" can match no target: no system has such a name`;
  if (environment === undefined) return noThreeParts(glob);
  if (environment.includes('**')) return null;
  if (!isPart(environment)) return `"${glob}" can match no target: no environment has such a name`;
  if (environments !== null && !environments.some((name) => matchesAction(environment, name))) {
    return `"${glob}" names the environment "${environment}", which is not declared in environments`;
  }
  return resource.length === 0 || resource.join('') === '' ? noThreeParts(glob) : null;
}

function noThreeParts(glob: string): string {
  return `"${glob}" can match no target: write SYSTEM/ENVIRONMENT/RESOURCE, or ** for the rest`;
}

function isPart(glob: string): boolean {
  return EnvironmentName.safeParse(glob.replaceAll('*', 'a')).success;
}
