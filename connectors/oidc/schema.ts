import { z } from 'zod';

// From an issuer only the fields that are used are read.

export const Discovery = z.object({ issuer: z.string(), jwks_uri: z.url() });

const RsaKey = z.object({
  kty: z.literal('RSA'),
  kid: z.string().min(1).max(200),
  n: z.string().min(340).max(2_000),
  e: z.string().max(20),
});

/** A key that we could not use is no reason to refuse the others. */
export const Jwks = z.object({ keys: z.array(RsaKey.nullable().catch(null)).max(100) });

const Claim = z.union([z.string().max(2_000), z.number(), z.boolean()]);

/** Of any issuer: what decides whether the token counts at all. */
export const Claims = z.looseObject({
  iss: z.string(),
  aud: z.string(),
  exp: z.number(),
  iat: z.number(),
  jti: z.string().min(8).max(200),
});

export type Claims = z.infer<typeof Claims>;

/** Which job it is, and who started it. */
export const GithubJob = z.looseObject({
  repository_id: Claim,
  run_id: Claim,
  run_attempt: Claim,
  actor_id: z
    .union([z.string(), z.number()])
    .transform(String)
    .refine((id) => /^[1-9][0-9]{0,15}$/.test(id)),
});
export const GitlabJob = z.looseObject({ project_id: Claim, pipeline_id: Claim, job_id: Claim });
