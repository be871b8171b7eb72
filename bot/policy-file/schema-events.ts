import { z } from 'zod';
import { OUTBOUND_TYPES } from '../core/outbound-event.ts';
import * as names from './schema-names.ts';

const MOST_SECRETS = 3;

/** An address that is told of requests, signed per Standard Webhooks. Exactly one of `url` and `url_env`. */
export const Endpoint = z.strictObject({
  url: names.HttpUrl.exactOptional(),
  url_env: names.EnvName.exactOptional().meta({
    description: 'The variable that holds the address, where whoever knows it could post there.',
  }),
  sign_secret_env: z
    .union([
      names.EnvName,
      z
        .array(names.EnvName)
        .min(1, 'must not be empty')
        .max(MOST_SECRETS, `holds at most ${MOST_SECRETS} names`),
    ])
    .meta({
      description:
        'Variables that hold whsec_… or whsk_…. Each message is signed with every one, the newest first.',
    }),
  types: z
    .array(z.enum(OUTBOUND_TYPES))
    .min(1, 'must not be empty')
    .max(OUTBOUND_TYPES.length, `holds at most ${OUTBOUND_TYPES.length} types`)
    .prefault([...OUTBOUND_TYPES])
    .meta({ description: 'What it is told of. Left out, everything.' }),
  allow_cidrs: names.AddressRanges.meta({
    description: 'Address ranges that may be reached. Left out, public addresses only.',
  }),
});
export type Endpoint = z.infer<typeof Endpoint>;
