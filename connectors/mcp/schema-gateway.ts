import { z } from 'zod';

const Text = z.string().max(8_192);
const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'must be sha256: and 64 hex digits');
const Variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/);

/** What an operator has read and found good: a tool's name, and the digest of its definition. */
const pins = z.record(z.string().max(128), Digest).default({});

/** A server that the gateway starts, and speaks to on its stdin and stdout. */
const OnStdio = z.strictObject({
  command: Text.min(1),
  args: z.array(Text).max(100).default([]),
  /** The child gets these, and never the gateway's own environment. */
  env: z.record(Variable, Text).default({}),
  /** And these, each with the value that a variable of the gateway's own holds. */
  env_from: z.record(Variable, Variable).default({}),
  pins,
});

const LOOPBACK = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(:[0-9]{1,5})?\//;

/** A server that answers at an address. A credential is named by its variable, and never stands in the file. */
const OverHttp = z.strictObject({
  url: Text.refine(
    (text) =>
      URL.canParse(text) && !text.includes('@') && (text.startsWith('https://') || LOOPBACK.test(text)),
    'must be an https address without a credential in it',
  ),
  headers_env: z.record(z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/), Variable).default({}),
  pins,
});

export const GatewayFile = z.strictObject({
  environment: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'must be the name of an environment'),
  servers: z
    .record(
      z.string().regex(/^[a-z0-9](?:-?[a-z0-9]){0,30}$/, 'must be a short name'),
      z.union([OnStdio, OverHttp]),
    )
    .refine((servers) => Object.keys(servers).length >= 1, 'names no server')
    .refine((servers) => Object.keys(servers).length <= 20, 'names more than 20 servers'),
});
export type GatewayFile = z.infer<typeof GatewayFile>;
export type DownstreamEntry = GatewayFile['servers'][string];
