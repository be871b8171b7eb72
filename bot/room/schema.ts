import { z } from 'zod';
import { VERBS } from '../views/button.ts';

// What our own page sends. It is held to this all the same: other programs can reach the port too.

const Short = z.string().min(1).max(100);

export const SignInBody = z.union([
  z.strictObject({ code: Short }),
  z.strictObject({ token: z.string().min(20).max(200) }),
]);

export type SignInBody = z.infer<typeof SignInBody>;

export const ClickBody = z.strictObject({
  verb: z.enum(VERBS),
  // Empty where the button is about many requests; `digest` names them then.
  request: z.string().max(100),
  digest: Short,
  fields: z.record(z.string().max(40), z.string().max(2000)).refine((all) => Object.keys(all).length <= 10),
});

export const CommandBody = z.strictObject({ line: z.string().min(1).max(2400) });
export const NoBody = z.strictObject({});
