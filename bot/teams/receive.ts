import type { ReceiveOnce } from '../app/receive-once.ts';
import type { AdaptiveCard } from '../cards/adaptive.ts';
import type { Logger } from '../ports/logger.ts';
import { plainCard } from './answer-card.ts';
import { FAILED, REPEATED } from './clicks.ts';
import type { Conversations } from './conversations.ts';
import type { Endpoints } from './endpoints.ts';
import { Activity, Unverified } from './schema.ts';
import type { Sdk, SdkAuthentication, SdkTurn } from './sdk.ts';
import type { TokenCheck } from './verify-token.ts';

interface TeamsPost {
  readonly body: Uint8Array;
  readonly authorization: string;
}

export interface ReceiveParts {
  readonly sdk: Sdk;
  /** Null in the playground, which signs nothing. */
  readonly isSigned: TokenCheck | null;
  readonly endpoints: Endpoints;
  readonly tenantId: string;
  readonly once: ReceiveOnce;
  readonly conversations: Conversations;
  readonly logger: Logger;
  readonly onClick: (activity: Activity) => Promise<AdaptiveCard>;
  readonly onFileConsent: (activity: Activity) => Promise<void>;
  readonly onMessage: (activity: Activity) => Promise<void>;
}

/** Null: nobody we know has sent this. Anything else is an answer, and none is above 499. */
export type Receive = (post: TeamsPost) => Promise<Response | null>;

/** Our own check in the place of the library's, which takes tokens of its emulator and keys for any channel. */
class NotTeams extends Error {}

export function receiver(parts: ReceiveParts): Receive {
  const { sdk, conversations, logger, once } = parts;
  const app = new sdk.Application({ startTypingTimer: false, removeRecipientMention: false });
  const adapter = new sdk.CloudAdapter(authentication(parts));
  /** Handled once each, however often it comes. */
  const firstTime = (activity: Activity, work: () => Promise<void>) =>
    once(`${activity.conversation.id} ${activity.id}`, work);

  app.adaptiveCards.actionExecute(/^[a-z-]{1,20}$/, async (turn) => {
    const activity = activityOf(turn);
    let card: AdaptiveCard | null = null;
    try {
      await firstTime(activity, async () => {
        card = await parts.onClick(activity);
      });
    } catch (cause) {
      logger.error('teams: a click failed', { cause: nameOf(cause) });
      return plainCard(FAILED);
    }
    return card ?? plainCard(REPEATED);
  });
  const onConsent = async (turn: SdkTurn) => {
    const activity = activityOf(turn);
    await firstTime(activity, () => parts.onFileConsent(activity));
  };
  app.fileConsentAccept(onConsent);
  app.fileConsentDecline(onConsent);
  app.activity('message', async (turn) => {
    const activity = activityOf(turn);
    await firstTime(activity, () => parts.onMessage(activity));
  });

  return async ({ body, authorization }) => {
    const raw = toObject(body);
    if (raw === null) return null;
    let isTeams = false;
    try {
      const answer = await adapter.processActivity(authorization, raw, async (turn) => {
        isTeams = true;
        await conversations.learn(activityOf(turn));
        await app.run(turn);
      });
      return toResponse(answer);
    } catch (cause) {
      if (!isTeams) return cause instanceof Malformed ? new Response(null, { status: 400 }) : null;
      // Teams does not bring it again, and whoever did it sees that nothing came.
      logger.error('teams: an activity failed', { cause: nameOf(cause) });
      return new Response(null, { status: 200 });
    }
  };
}

class Malformed extends Error {}

function authentication({ isSigned, endpoints, tenantId }: ReceiveParts): SdkAuthentication {
  return {
    async authenticateRequest(raw, authorization) {
      const claimed = Unverified.safeParse(raw);
      if (!claimed.success) throw new NotTeams();
      const { serviceUrl } = claimed.data;
      if (!URL.canParse(serviceUrl) || !endpoints.isService(new URL(serviceUrl))) throw new NotTeams();
      if (isSigned !== null && !(await isSigned(authorization, serviceUrl))) throw new NotTeams();
      // Teams sent it; what we cannot read of it is nobody's attack.
      const read = Activity.safeParse(raw);
      if (!read.success) throw new Malformed();
      const { conversation, channelData } = read.data;
      const tenants = [conversation.tenantId, channelData?.tenant?.id].filter((one) => one != null);
      // Both, where there are two: nobody else's people decide here.
      if (isSigned !== null && (tenants.length === 0 || tenants.some((one) => one !== tenantId)))
        throw new NotTeams();
      return { audience: '', claimsIdentity: { claims: [] }, connectorFactory: NOTHING_IS_SENT };
    },
    createUserTokenClient: () => Promise.resolve({}),
  };
}

/** Whatever goes out is a row of the outbox or an answer of ours; the library sends nothing itself. */
const NOTHING_IS_SENT = { create: () => Promise.resolve({}) };

function activityOf({ activity }: SdkTurn): Activity {
  return Activity.parse(activity);
}

function toObject(bytes: Uint8Array): object | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function toResponse(answer: { readonly status: number; readonly body?: unknown } | undefined): Response {
  // What no handler takes is none of ours, which is no fault of this server.
  const status = answer === undefined ? 200 : answer.status >= 500 ? 400 : answer.status;
  if (answer?.body === undefined) return new Response(null, { status });
  return new Response(JSON.stringify(answer.body), {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  });
}

function nameOf(cause: unknown): string {
  return cause instanceof Error ? cause.name : 'unknown';
}
