import { z } from 'zod';
import { isPointer } from '../../bot/core/redaction.ts';

// What a worker on another machine and the bot say to each other. The worker brings this file along.

const Version = z.string().min(1).max(64);
const Attempt = z.int().min(1).max(1_000);
const DigestText = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const Base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/, 'must be base64');

/** Bytes of output in one call, before base64. */
export const MOST_PART_BYTES = 128 * 1024;

export const HelloBody = z.strictObject({ version: Version });
export const HelloView = z.strictObject({
  worker: z.string(),
  labels: z.array(z.string()).max(6),
  version: Version,
});

export const ClaimBody = z.strictObject({
  version: Version,
  /** 32 random bytes of the worker's. They come back inside the grant. */
  challenge: z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'must be base64url of 32 bytes'),
});

const Target = z.strictObject({ system: z.string(), environment: z.string(), resource: z.string() });

export const ClaimView = z.strictObject({
  request: z.string(),
  attempt: Attempt,
  action: z.string(),
  target: Target,
  action_digest: DigestText,
  /** The bytes that the action digest is of. The payload stands in them and nowhere else. */
  action_text: z.string(),
  lease_ms: z.int().min(1),
  redact: z.array(z.string().refine(isPointer)),
  settings: z.record(z.string(), z.unknown()),
  grant: z.strictObject({
    payloadType: z.string(),
    payload: Base64,
    signatures: z.array(z.strictObject({ keyid: z.string(), sig: Base64 })).length(1),
  }),
});
export type ClaimView = z.infer<typeof ClaimView>;

export const KeepBody = z.strictObject({ attempt: Attempt });
export const KeepView = z.strictObject({ stop: z.boolean() });

export const PartBody = z.strictObject({
  attempt: Attempt,
  offset: z
    .int()
    .min(0)
    .max(64 * 1024 * 1024),
  bytes: Base64.max(Math.ceil(MOST_PART_BYTES / 3) * 4),
});
export const PartView = z.strictObject({ bytes: z.int().min(0) });

export const FinishBody = z.strictObject({
  attempt: Attempt,
  status: z.enum(['succeeded', 'failed', 'unknown']),
  exit_code: z.int().min(0).max(255).nullable(),
  detail: z.string().max(2_000).nullable(),
  retryable: z.boolean(),
  retry_in_ms: z.int().min(0).max(300_000),
  output: z
    .strictObject({ bytes: z.int().min(0), is_cut: z.boolean(), tail: z.string().max(8_192) })
    .nullable(),
});
export type FinishBody = z.infer<typeof FinishBody>;
export const FinishView = z.strictObject({ ok: z.literal(true) });
