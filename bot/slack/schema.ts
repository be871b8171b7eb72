import { z } from 'zod';
import { VERBS } from '../views/button.ts';

/** What we read of Slack's payloads, and nothing else of them. The signature was checked before. */

const Id = z.string().min(1).max(40);
const Team = z.object({ id: Id }).nullish();
const User = z.object({ id: Id, team_id: Id.nullish() });
const Trigger = z.string().max(200);
const ResponseUrl = z.url({ protocol: /^https?$/ }).max(500);

const KnownVerb = z.enum(VERBS);
const Request = z.string().max(64);
const Digest = z.string().max(80);

/** What `buttons.ts` put into a button. */
export const ButtonValue = z.object({ v: KnownVerb, r: Request, d: Digest });

/** What `page-modal.ts` put into the buttons that turn a page. */
export const PageValue = z.object({ p: z.int().min(0).max(1_000), r: Request, d: Digest });

/** What `modals.ts` put into a form. */
export const FormMetadata = z.object({ verb: KnownVerb, request: Request, digest: Digest });

export const BlockActions = z.object({
  user: User,
  team: Team,
  trigger_id: Trigger,
  container: z.object({
    type: z.string(),
    message_ts: z.string().max(40).optional(),
    is_ephemeral: z.boolean().optional(),
    view_id: Id.optional(),
  }),
  channel: z.object({ id: Id }).nullish(),
  message: z.object({ ts: z.string().max(40), thread_ts: z.string().max(40).optional() }).nullish(),
  view: z.object({ id: Id, type: z.string() }).nullish(),
  response_url: ResponseUrl.optional(),
  actions: z
    .array(z.object({ action_id: z.string().max(255), value: z.string().max(2_000).optional() }))
    .min(1),
});
export type BlockActions = z.infer<typeof BlockActions>;

const InputState = z.object({
  value: z.string().max(3_000).nullish(),
  selected_option: z.object({ value: z.string().max(150) }).nullish(),
});

export const ViewSubmission = z.object({
  user: User,
  team: Team,
  trigger_id: Trigger,
  view: z.object({
    id: Id,
    private_metadata: z.string().max(3_000),
    state: z.object({ values: z.record(z.string(), z.record(z.string(), InputState)) }),
  }),
});
export type ViewSubmission = z.infer<typeof ViewSubmission>;

export const SlashCommand = z.object({
  user_id: Id,
  team_id: Id,
  channel_id: Id,
  command: z.string().max(40),
  text: z.string().max(4_000).optional(),
  trigger_id: Trigger,
  response_url: ResponseUrl,
});
export type SlashCommand = z.infer<typeof SlashCommand>;

/** `user_team` is there when somebody writes from another workspace. */
export const AppMention = z.object({
  user: Id,
  text: z.string().max(40_000),
  channel: Id,
  ts: z.string().max(40),
  thread_ts: z.string().max(40).optional(),
  user_team: Id.nullish(),
  team: Id.nullish(),
  bot_id: z.string().nullish(),
});
export type AppMention = z.infer<typeof AppMention>;

export const HomeOpened = z.object({ user: Id, tab: z.string() });

/** What `users.info` says of somebody. A flag that is not there is not taken for `false`. */
export const SlackUser = z.object({
  id: Id,
  team_id: Id,
  deleted: z.boolean(),
  is_bot: z.boolean(),
  is_restricted: z.boolean(),
  is_ultra_restricted: z.boolean(),
  is_stranger: z.boolean().optional(),
});
export type SlackUser = z.infer<typeof SlackUser>;
