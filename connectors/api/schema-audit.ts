import { z } from 'zod';

const Seq = z.int('must be a whole number').min(0, 'must be 0 or more').max(Number.MAX_SAFE_INTEGER);

export const ErasureBody = z.strictObject({
  seq: Seq,
  field: z
    .string()
    .max(64, 'is longer than 64 characters')
    .regex(/^[a-z0-9_]+$/, 'must be the name of a text, such as comment'),
  reason: z.string().trim().min(1, 'must not be empty').max(2_000, 'is longer than 2000 characters'),
});

export const ExportBody = z.strictObject({
  from: Seq.optional(),
  to: Seq.optional(),
  reports: z
    .array(z.string().regex(/^[a-z-]{1,60}$/, 'must be the name of a report, such as approved-actions'))
    .max(100, 'holds at most 100 reports')
    .refine((names) => new Set(names).size === names.length, 'names a report twice')
    .optional(),
});

export const ErasureView = z.strictObject({
  seq: z.int(),
  field: z.string(),
  /** The entry that says that the text was erased. */
  erased_by: z.int(),
  /** `held`: somebody reads an older state of the file; it is cleaned as soon as they are done. */
  file: z.enum(['gone', 'standing', 'held']),
});
