import { z } from 'zod';
import { SubmitBody } from '../api/schema.ts';

const RequestId = z.string().regex(/^req_[A-Za-z0-9]{1,64}$/, 'must be the id of a request');

/** As the API takes it. How the caller is held is not the model's to say. */
export const Ask = SubmitBody.omit({ hold: true });
export const One = z.strictObject({ id: RequestId });
export const Wait = z.strictObject({
  id: RequestId,
  seconds: z.int().min(0).max(50).optional(),
});
/** As Claude Code calls its `--permission-prompt-tool`. */
export const Prompt = z.looseObject({
  tool_name: z.string().regex(/^[\x21-\x7e]{1,200}$/),
  input: z.record(z.string(), z.unknown()),
  tool_use_id: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,120}$/)
    .optional(),
});
