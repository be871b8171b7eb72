import { z } from 'zod';

// Only what is used. Shapes: https://docs.github.com/en/webhooks/webhook-events-and-payloads and
// https://docs.github.com/en/rest (actions/workflow-runs, commits, pulls, apps).

const Id = z.int().min(1);
const Text = z.string().max(2_000);
const FullName = z.string().regex(/^[A-Za-z0-9._-]{1,100}\/[A-Za-z0-9._-]{1,100}$/);
const Sha = z.string().regex(/^[0-9a-f]{40,64}$/);
const User = z.looseObject({ id: Id });

const Repository = z.looseObject({ id: Id, full_name: FullName });
const Installation = z.looseObject({ id: Id });

/** `deployment_protection_rule`, action `requested`. The run is in the callback's address, which is not used otherwise. */
export const RuleRequested = z.looseObject({
  action: z.literal('requested'),
  environment: Text.min(1),
  deployment_callback_url: Text,
  repository: Repository,
  installation: Installation,
});

/** `workflow_run`, action `completed`. */
export const RunCompleted = z.looseObject({
  action: z.literal('completed'),
  repository: Repository,
  workflow_run: z.looseObject({ id: Id, run_attempt: Id, conclusion: Text.nullable() }),
});

export const AnyAction = z.looseObject({ action: Text.optional() });

export const Run = z.looseObject({
  id: Id,
  run_attempt: Id,
  status: Text.nullable(),
  head_sha: Sha,
  head_branch: Text.nullable(),
  display_title: Text.nullish(),
  path: Text,
  event: Text,
  html_url: Text,
  actor: User.nullish(),
  triggering_actor: User.nullish(),
  repository: Repository,
  head_repository: z.looseObject({ id: Id }).nullish(),
});
export type Run = z.infer<typeof Run>;

export const Runs = z.looseObject({ workflow_runs: z.array(Run) });
export const Pending = z.array(z.looseObject({ environment: z.looseObject({ name: Text }) }));
export type Pending = z.infer<typeof Pending>;
export const Approvals = z.array(z.looseObject({ state: Text, comment: Text.nullish() }));
export type Approvals = z.infer<typeof Approvals>;
export const Pulls = z.array(z.looseObject({ number: Id, user: User.nullish() }));
export type Pulls = z.infer<typeof Pulls>;
export const Commit = z.looseObject({
  sha: Sha,
  author: User.nullish(),
  commit: z.looseObject({ author: z.looseObject({ email: Text.nullish() }).nullish() }),
});
export type Commit = z.infer<typeof Commit>;
export const Commits = z.array(Commit);
export const Token = z.looseObject({ token: z.string().min(1).max(1_000), expires_at: z.iso.datetime() });
export const Installations = z.array(z.looseObject({ id: Id }));
export const Repositories = z.looseObject({ repositories: z.array(Repository) });

/** What reads an answer. */
export interface Read<T> {
  parse(value: unknown): T;
}
