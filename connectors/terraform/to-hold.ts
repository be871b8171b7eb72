import { createHash } from 'node:crypto';
import type { ToHold } from '../../bot/app/hold-for-source.ts';
import { canonicalJson, type JsonObject } from '../../bot/core/canonical-json.ts';
import { parsePlan, summarisePlan, UnreadablePlan } from '../guard/terraform-plan.ts';
import type { RunTask } from './schema.ts';

const LONGEST_REASON = 500;

/** What is needed to go on with a run task, and no secret. */
export interface Ref {
  readonly callback: string;
  readonly plan: string | null;
  readonly run: string;
  readonly isSpeculative: boolean;
  readonly startedBy: string | null;
}

/** A run that waits, before its plan was read. Null where an address in it is not of this host. */
export function toHold(task: RunTask, host: string): ToHold | null {
  const callback = idIn(
    task.task_result_callback_url,
    host,
    /^\/api\/v2\/task-results\/([A-Za-z0-9-]{8,64})\/callback$/,
  );
  const planUrl = task.plan_json_api_url ?? null;
  const plan =
    planUrl === null
      ? null
      : idIn(planUrl, host, /^\/api\/v2\/plans\/(plan-[A-Za-z0-9]{1,64})\/json-output$/);
  if (callback === null || (planUrl !== null && plan === null)) return null;
  const { organization_name, workspace_id, workspace_name, run_id, task_result_id, access_token } = task;
  const ref: Ref = {
    callback,
    plan,
    run: run_id,
    isSpeculative: task.is_speculative,
    startedBy: task.run_created_by ?? null,
  };
  const isAdvisory = task.task_result_enforcement_level === 'advisory';
  return {
    claims: { organization: organization_name, workspace_id },
    subject: `terraform ${task_result_id}`,
    // A run that is started again is another run of the same workspace, and finds what was approved.
    asker: workspace_id,
    submission: {
      action: 'terraform.apply',
      target: { system: 'terraform', environment: 'unknown', resource: workspace_name },
      reason: `Apply in ${workspace_name}: ${task.run_message ?? 'no message'}`.slice(0, LONGEST_REASON),
      onBehalfOf: null,
      payload: {
        kind: 'terraform_plan',
        workspace_id,
        organization: organization_name,
        ...(task.vcs_commit_hash == null ? {} : { commit: task.vcs_commit_hash }),
        ...(isAdvisory ? { advisory: true } : {}),
      },
      links: [
        `https://${host}/app/${encodeURIComponent(organization_name)}/workspaces/${encodeURIComponent(workspace_name)}/runs/${run_id}`,
      ],
      expiresInS: null,
      hold: 'ticket',
    },
    identities: [],
    ref: { ...ref },
    secrets: { token: access_token },
  };
}

/** With the plan, by names, and bound to every value in it. Throws `UnreadablePlan`. */
export function withPlan(hold: ToHold, bytes: Uint8Array): ToHold {
  const summary = summarisePlan(bytes);
  const { submission } = hold;
  const payload: JsonObject = {
    ...submission.payload,
    plan: summary as unknown as JsonObject,
    plan_sha256: digestOf(bytes),
  };
  return { ...hold, submission: { ...submission, payload } };
}

/** The same plan made again differs in the time that it was made, and in nothing else. */
function digestOf(bytes: Uint8Array): string {
  const { timestamp: _, ...plan } = parsePlan(bytes) as JsonObject;
  try {
    return createHash('sha256').update(canonicalJson(plan)).digest('hex');
  } catch (cause) {
    throw new UnreadablePlan('holds a number or a text that has no one form', { cause });
  }
}

function idIn(text: string, host: string, path: RegExp): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url === null || url.host !== host || url.search !== ''
    ? null
    : (path.exec(url.pathname)?.[1] ?? null);
}
