import { z } from 'zod';

// Only what is used. Shape: https://developer.hashicorp.com/terraform/cloud-docs/api-docs/run-tasks/run-tasks-integration

const Text = z.string().max(2_000);

/** What the run task of a run posts, version 1. */
export const RunTask = z.looseObject({
  payload_version: z.literal(1),
  stage: Text,
  access_token: z.string().min(1).max(4_000),
  is_speculative: z.boolean(),
  organization_name: Text,
  workspace_id: z.string().regex(/^ws-[A-Za-z0-9]{1,64}$/),
  workspace_name: Text,
  run_id: z.string().regex(/^run-[A-Za-z0-9]{1,64}$/),
  run_app_url: Text,
  run_message: Text.nullish(),
  run_created_by: Text.nullish(),
  task_result_id: z.string().regex(/^taskrs-[A-Za-z0-9]{1,64}$/),
  task_result_enforcement_level: Text.nullish(),
  task_result_callback_url: Text,
  plan_json_api_url: Text.nullish(),
  vcs_commit_hash: z
    .string()
    .regex(/^[0-9a-f]{7,64}$/)
    .nullish(),
});
export type RunTask = z.infer<typeof RunTask>;

/** The post by which HCP Terraform tries the address when the run task is made. It has no run. */
export const Verification = z.looseObject({ access_token: z.literal('test-token') });

/** `GET /api/v2/runs/:id`, who started it. */
export const Run = z.looseObject({
  data: z.looseObject({
    relationships: z.looseObject({
      'created-by': z.looseObject({
        data: z.looseObject({ id: z.string().regex(/^user-[A-Za-z0-9]{8,32}$/) }),
      }),
    }),
  }),
});
