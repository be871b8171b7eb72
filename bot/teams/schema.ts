import { z } from 'zod';
import { VERBS } from '../views/button.ts';

/** What we read of what Microsoft sends, and nothing else of it. The token was checked before. */

const Uuid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const Id = z.string().min(1).max(500);

/** Read before anybody knows who sent it: enough to find that out. */
export const Unverified = z.object({ serviceUrl: z.string().min(1).max(500) });

const Tenant = z.object({ id: z.string().max(100) });

export const Activity = z.object({
  type: z.string().max(60),
  id: Id,
  channelId: z.literal('msteams'),
  serviceUrl: z.string().max(500),
  from: z.object({ id: Id, aadObjectId: z.string().max(100).nullish() }),
  recipient: z.object({ id: Id }),
  conversation: z.object({
    id: Id,
    conversationType: z.string().max(40).nullish(),
    tenantId: z.string().max(100).nullish(),
  }),
  channelData: z.object({ tenant: Tenant.nullish() }).nullish(),
  text: z.string().max(30_000).nullish(),
  entities: z
    .array(
      z.object({
        type: z.string().max(100),
        text: z.string().max(1_000).nullish(),
        mentioned: z.object({ id: Id }).nullish(),
      }),
    )
    .max(200)
    .nullish(),
  name: z.string().max(100).nullish(),
  replyToId: Id.nullish(),
  value: z.unknown().optional(),
});
export type Activity = z.infer<typeof Activity>;

/** Not something that is done to a request: it puts the clicked card back. */
export const BACK = 'card';
const Request = z.string().max(64);
const Digest = z.string().max(80);

/** What `actions.ts` put into a button, with what was filled in beside it. */
export const ExecuteAction = z.object({
  action: z.object({
    type: z.literal('Action.Execute'),
    verb: z.enum([...VERBS, BACK]),
    data: z
      .object({ request: Request, digest: Digest, page: z.int().min(0).max(1_000).optional() })
      .catchall(z.unknown()),
  }),
});
export type ExecuteAction = z.infer<typeof ExecuteAction>;

/** Where an accepted file goes, as Teams says it. */
const UploadInfo = z.object({
  uploadUrl: z.string().min(1).max(4_000),
  contentUrl: z.string().min(1).max(4_000),
  uniqueId: z.string().max(200),
  fileType: z.string().max(20),
});
export type UploadInfo = z.infer<typeof UploadInfo>;

/** One of the two buttons that Teams shows below a file that is offered. */
export const FileConsent = z.object({
  type: z.literal('fileUpload'),
  action: z.enum(['accept', 'decline']),
  context: z.object({ offer: z.string().max(64) }),
  uploadInfo: UploadInfo.nullish(),
});

/** A member as the Bot Connector tells of one. What it does not say is not taken for a yes. */
export const Member = z.object({
  id: Id,
  aadObjectId: Uuid.nullish(),
  objectId: Uuid.nullish(),
  tenantId: z.string().max(100).nullish(),
  userRole: z.string().max(40).nullish(),
});
export type Member = z.infer<typeof Member>;

export const OpenIdDocument = z.object({ jwks_uri: z.url().max(500) });

export const JwksDocument = z.object({
  keys: z
    .array(
      z.object({
        kty: z.string(),
        kid: z.string().max(200),
        n: z.string().max(2_000).prefault(''),
        e: z.string().max(20).prefault(''),
        endorsements: z.array(z.string()).max(200).prefault([]),
      }),
    )
    .max(100),
});

export const TokenAnswer = z.object({
  access_token: z.string().min(1).max(20_000),
  // Microsoft's machines say it as text.
  expires_in: z.coerce
    .number()
    .min(0)
    .max(7 * 24 * 3_600)
    .optional(),
});

/** A page of who is in a group. Also groups and devices can be in one; all of them say what they are. */
export const GraphMembers = z.object({
  value: z.array(z.object({ '@odata.type': z.string().max(100), id: Uuid })).max(1_000),
  '@odata.nextLink': z.string().max(4_000).optional(),
});
export type GraphMembers = z.infer<typeof GraphMembers>;

/** What the Bot Connector gives back for what was posted, and for a conversation that was opened. */
export const Resource = z.object({ id: Id, activityId: Id.nullish() });

export const ConnectorError = z.object({ error: z.object({ code: z.string().max(100) }) });
