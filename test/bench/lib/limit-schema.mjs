import { z } from 'zod';

// The shapes of connectors/api/schema.ts as they were when this bench was written. A copy, so that the
// raw limit stays where it is when the product's own schema gets faster or slower.

const Name = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/);
const DigestText = z.string().regex(/^sha256:[0-9a-f]{64}$/);

export const SubmitBody = z.strictObject({
  action: z
    .string()
    .max(128)
    .regex(/^[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)*$/),
  target: z.strictObject({
    system: Name,
    environment: Name,
    resource: z.string().regex(/^[A-Za-z0-9._:@/-]{1,256}$/),
  }),
  reason: z
    .string()
    .min(1)
    .max(2000)
    .refine((text) => text.trim() !== ''),
  on_behalf_of: z.string().min(1).max(128).nullable().optional(),
  payload: z.record(z.string(), z.unknown()),
  links: z
    .array(
      z
        .string()
        .max(2000)
        .regex(/^https?:\/\/[^\s<>"]+$/),
    )
    .max(10)
    .optional(),
  expires_in: z.int().min(1).max(31_536_000).optional(),
  hold: z.enum(['poll', 'wait']).optional(),
});

export const ReviewBody = z.strictObject({
  verdict: z.enum(['approve', 'reject', 'flag']),
  action_digest: DigestText,
  comment: z.string().max(2000).nullable().optional(),
});

export const ConsumeBody = z.strictObject({ action_digest: DigestText });

export const OutcomeBody = z.strictObject({
  nonce: z.string().min(1).max(200),
  status: z.enum(['succeeded', 'failed']),
  exit_code: z.int().min(-2_147_483_648).max(4_294_967_295).nullable().optional(),
  detail: z.string().max(2000).nullable().optional(),
});
