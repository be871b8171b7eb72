import { z } from 'zod';

// Only what is used. Shapes: https://docs.gitlab.com/user/project/integrations/webhook_events (job and
// deployment events), https://docs.gitlab.com/api/deployments, /api/jobs, /api/pipelines.

const Id = z.int().min(1);
const Text = z.string().max(2_000);

/** A job event (`object_kind: build`), where the job has an environment. */
export const JobEvent = z.looseObject({
  object_kind: z.literal('build'),
  build_id: Id,
  build_status: Text,
  project_id: Id,
  environment: z.looseObject({ name: Text }).nullable(),
});

/** A deployment event. `deployable_id` is the job. */
export const DeploymentEvent = z.looseObject({
  object_kind: z.literal('deployment'),
  status: Text,
  deployable_id: Id,
  environment: Text,
  project: z.looseObject({ id: Id }),
});

export const AnyEvent = z.looseObject({ object_kind: Text });

const User = z.looseObject({ id: Id });

export const Deployment = z.looseObject({
  id: Id,
  status: Text,
  ref: Text,
  sha: z.string().regex(/^[0-9a-f]{40,64}$/),
  user: User.nullish(),
  environment: z.looseObject({ name: Text }),
  deployable: z.looseObject({
    id: Id,
    name: Text,
    stage: Text.nullish(),
    status: Text,
    user: User.nullish(),
    pipeline: z.looseObject({ id: Id }),
    commit: z.looseObject({ title: Text.nullish(), author_email: Text.nullish() }).nullish(),
  }),
  approvals: z.array(z.looseObject({ user: User, status: Text })).nullish(),
});
export type Deployment = z.infer<typeof Deployment>;

export const Deployments = z.array(Deployment);
export const Project = z.looseObject({ id: Id, path_with_namespace: Text, web_url: Text });
export type Project = z.infer<typeof Project>;
export const Pipeline = z.looseObject({ id: Id, user: User.nullish(), web_url: Text.nullish() });
export type Pipeline = z.infer<typeof Pipeline>;
export const Job = z.looseObject({ id: Id, status: Text });
export type Job = z.infer<typeof Job>;
export const Me = User;
export const MergeRequests = z.array(
  z.looseObject({ iid: Id, author: User.nullish(), merge_user: User.nullish() }),
);
export type MergeRequests = z.infer<typeof MergeRequests>;

/** What reads an answer. */
export interface Read<T> {
  parse(value: unknown): T;
}
