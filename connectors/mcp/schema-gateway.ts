import { z } from 'zod';

const Text = z.string().max(8_192);
const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'must be sha256: and 64 hex digits');

const Downstream = z.strictObject({
  command: Text.min(1),
  args: z.array(Text).max(100).default([]),
  /** The child gets these, and never the gateway's own environment. */
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/), Text).default({}),
  /** What an operator has read and found good: a tool's name, and the digest of its definition. */
  pins: z.record(z.string().max(128), Digest).default({}),
});

export const GatewayFile = z.strictObject({
  environment: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'must be the name of an environment'),
  servers: z
    .record(z.string().regex(/^[a-z0-9](?:-?[a-z0-9]){0,30}$/, 'must be a short name'), Downstream)
    .refine((servers) => Object.keys(servers).length >= 1, 'names no server')
    .refine((servers) => Object.keys(servers).length <= 20, 'names more than 20 servers'),
});
export type GatewayFile = z.infer<typeof GatewayFile>;
export type DownstreamEntry = z.infer<typeof Downstream>;
