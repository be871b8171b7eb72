import type { ActionRequest } from './request.ts';

/** What of one action on one target shares its limits, and does not run beside itself without leave. */
export function toLane({ action, target }: Pick<ActionRequest, 'action' | 'target'>): string {
  return `${action} ${target.system}/${target.environment}/${target.resource}`;
}
