import { z } from 'zod';
import { HOLDS } from '../../bot/core/hold.ts';
import { RISKS, STATES, VERDICTS } from '../../bot/core/request.ts';

// The wire format. An unknown field is refused rather than dropped: an approver must never be shown
// less than what will run.

const notBlank = (text: string) => text.trim() !== '';
const Name = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/);
const DigestText = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const Comment = z.string().max(2000);

const Target = z.strictObject({
  system: Name,
  environment: Name,
  resource: z.string().regex(/^[A-Za-z0-9._:@/-]{1,256}$/),
});

export const SubmitBody = z.strictObject({
  action: z
    .string()
    .max(128)
    .regex(/^[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)*$/),
  target: Target,
  reason: z.string().min(1).max(2000).refine(notBlank, 'must say something'),
  on_behalf_of: z.string().min(1).max(128).nullable().optional(),
  payload: z.record(z.string(), z.unknown()),
  links: z
    .array(
      z
        .string()
        .max(2000)
        .regex(/^https?:\/\/[^\s<>"]+$/, 'must be an http or https URL'),
    )
    .max(10)
    .optional(),
  expires_in: z.int().min(1).max(31_536_000).optional(),
  hold: z.enum(HOLDS).optional(),
});
export type SubmitBody = z.infer<typeof SubmitBody>;

/** The envelope that Standard Webhooks proposes, for a system without a token. */
export const SubmitMessage = z.strictObject({
  type: z.literal('request.submit'),
  timestamp: z.iso.datetime({ offset: true }).optional(),
  data: SubmitBody,
});

/** The claims that only the policy can judge, read also from a body that is wrong elsewhere. */
export const SubmitClaims = z.looseObject({
  target: z.looseObject({ environment: z.string().nullable().catch(null) }).catch({ environment: null }),
  on_behalf_of: z.string().nullable().catch(null),
});

export const ReviewBody = z.strictObject({
  verdict: z.enum(VERDICTS),
  action_digest: DigestText,
  comment: Comment.nullable().optional(),
});

export const BreakGlassBody = z.strictObject({
  action_digest: DigestText,
  reason: Comment,
  confirm_target: z.string().max(400),
});
export const PostReviewBody = z.strictObject({
  verdict: z.enum(VERDICTS),
  comment: Comment.nullable().optional(),
});

export const CommentBody = z.strictObject({ comment: Comment.optional() });
export const NoBody = z.strictObject({});
export const ConsumeBody = z.strictObject({ action_digest: DigestText });
const Nonce = z.string().min(1).max(200);
export const HeartbeatBody = z.strictObject({ nonce: Nonce });
export const OutcomeBody = z.strictObject({
  nonce: Nonce,
  status: z.enum(['succeeded', 'failed']),
  exit_code: z.int().min(-2_147_483_648).max(4_294_967_295).nullable().optional(),
  detail: z.string().max(2000).nullable().optional(),
});
export const SettleBody = z.strictObject({
  status: z.enum(['succeeded', 'failed']),
  comment: Comment.optional(),
});

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,16}$/)
    .transform(Number)
    .pipe(z.int().min(least).max(most));

export const NoQuery = z.strictObject({});
export const WaitQuery = z.strictObject({
  wait: wholeNumber(0, 60).optional(),
  known: z.enum(STATES).optional(),
});
export const ListQuery = z.strictObject({
  state: z.enum(STATES).optional(),
  requester: z.string().min(1).max(128).optional(),
  limit: wholeNumber(1, 200).optional(),
  cursor: z
    .string()
    .regex(/^[1-9]\d{0,15}$/)
    .transform(Number)
    .optional(),
});
export const EntriesQuery = z.strictObject({
  from: wholeNumber(0, Number.MAX_SAFE_INTEGER).optional(),
  limit: wholeNumber(1, 1000).optional(),
});

const Time = z.iso.datetime();
const OutcomeView = z.strictObject({
  status: z.enum(['succeeded', 'failed']),
  exit_code: z.int().nullable(),
  detail: z.string().nullable(),
  at: Time,
  settled_by: z.string().nullable().optional(),
});

const ExecutionView = z.strictObject({
  by: z.enum(['caller', 'keyturn']),
  outcome: OutcomeView.nullable(),
  /** Seconds within which an outcome or a heartbeat is due. */
  outcome_within: z.number(),
  stop_requested: z.boolean(),
  /** Where Keyturn runs it: which try, and who has it. Null before the first. */
  attempt: z.int().nullable(),
  worker: z.string().nullable(),
  late_reports: z.array(OutcomeView),
});

/** What a client sees: no policy, no person, no comment. */
export const ClientRequestView = z.strictObject({
  id: z.string(),
  number: z.int(),
  state: z.enum(STATES),
  action: z.string(),
  target: Target,
  requester: z.strictObject({
    id: z.string(),
    kind: z.enum(['agent', 'pipeline', 'human']),
    verified_by: z.string(),
  }),
  on_behalf_of: z.string().nullable(),
  reason: z.string(),
  links: z.array(z.string()),
  action_digest: DigestText,
  tell: z.string().nullable(),
  reject_reason: z.string().nullable(),
  waiting_for: z.array(z.string()),
  created_at: Time,
  expires_at: Time,
  usable_until: Time.nullable(),
  resolved_at: Time.nullable(),
  audit_seq: z.int(),
  execution: ExecutionView,
});
export type ClientRequestView = z.infer<typeof ClientRequestView>;

export const RequestView = z.strictObject({
  ...ClientRequestView.shape,
  risk: z.enum(RISKS),
  preview: z.strictObject({ text: z.string(), hidden_lines: z.int(), hidden_values: z.int() }),
  policy: z.strictObject({ version: DigestText, rules: z.array(z.string()), plans: z.array(z.string()) }),
  seats: z.array(
    z.strictObject({ from: z.array(z.string()), count: z.int(), filled_by: z.array(z.string()) }),
  ),
  excluded: z.array(z.strictObject({ person: z.string(), because: z.string() })),
  /** Identities behind it that are linked to no person; left out where there are none. */
  unresolved: z.array(z.strictObject({ account: z.string(), because: z.string() })).optional(),
  reviews: z.array(
    z.strictObject({
      person: z.string(),
      verdict: z.enum(VERDICTS),
      comment: z.string().nullable(),
      via: z.string(),
      at: Time,
      void: z.literal(true).optional(),
    }),
  ),
  /** That one person approved alone, in an emergency, and the review that is due for it. */
  break_glass: z
    .strictObject({
      person: z.string(),
      reason: z.string(),
      via: z.string(),
      at: Time,
      post_review: z.strictObject({
        by: z.array(z.string()),
        due_at: Time,
        overdue: z.boolean(),
        person: z.string().nullable(),
        verdict: z.enum(VERDICTS).nullable(),
        comment: z.string().nullable(),
        at: Time.nullable(),
      }),
    })
    .nullable(),
});
export type RequestView = z.infer<typeof RequestView>;

export const PayloadView = z.strictObject({
  payload: z.record(z.string(), z.unknown()),
  view: z.string(),
  action_digest: DigestText,
  view_digest: DigestText,
  redacted: z.array(z.string()),
});

export const ConsumeView = z.strictObject({
  grant: z.strictObject({
    payloadType: z.string(),
    payload: z.string(),
    signatures: z.array(z.strictObject({ keyid: z.string(), sig: z.string() })),
  }),
  nonce: z.string(),
  payload: z.record(z.string(), z.unknown()),
});

/** A session of one run. `token` is what its calls are made with. */
export const TokenView = z.strictObject({ token: z.string(), client: z.string(), expires_at: Time });

export const ProblemView = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  errors: z.array(z.strictObject({ pointer: z.string(), detail: z.string() })).optional(),
});
