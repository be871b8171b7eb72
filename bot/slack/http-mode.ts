import type { Receiver, ReceiverEvent } from '@slack/bolt';
import type { SignedBody } from './signature.ts';

interface SlackRequest extends SignedBody {
  readonly contentType: string;
  readonly retryNum: string | undefined;
  readonly retryReason: string | undefined;
}

export interface SlackHttp extends Receiver {
  /** Null when it is not from Slack. Reads nothing of a body before its signature was checked. */
  receive(request: SlackRequest): Promise<Response | null>;
}

export function slackHttp(
  check: (signed: SignedBody) => boolean,
  deliver: (event: ReceiverEvent) => Promise<void>,
): SlackHttp {
  return {
    init() {},
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    async receive(request) {
      if (!check(request)) return null;
      const body = readBody(request);
      if (body === null) return new Response(null, { status: 400 });
      if (body['type'] === 'url_verification') return json({ challenge: String(body['challenge']) });
      if (body['ssl_check'] !== undefined) return new Response(null, { status: 200 });
      return answerOf(deliver, {
        body,
        ...(request.retryNum === undefined ? {} : { retryNum: Number(request.retryNum) }),
        ...(request.retryReason === undefined ? {} : { retryReason: request.retryReason }),
      });
    },
  };
}

/** The first ack is the answer. Without one there is none to give, and Slack tries again. */
function answerOf(
  deliver: (event: ReceiverEvent) => Promise<void>,
  event: Omit<ReceiverEvent, 'ack'>,
): Promise<Response> {
  return new Promise((resolve) => {
    const ack = (answer?: unknown): Promise<void> => {
      resolve(toResponse(answer));
      return Promise.resolve();
    };
    const failed = () => resolve(new Response(null, { status: 500 }));
    deliver({ ...event, ack }).then(failed, failed);
  });
}

function toResponse(answer: unknown): Response {
  if (answer === undefined || answer === null || answer === '') return new Response(null, { status: 200 });
  return typeof answer === 'string' ? json({ text: answer }) : json(answer);
}

function json(value: unknown): Response {
  return new Response(JSON.stringify(value), {
    status: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  });
}

type Body = Record<string, unknown>;

/** An event is JSON; a click is JSON in a form; a command is a form. */
function readBody({ body, contentType }: SlackRequest): Body | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    if (contentType.startsWith('application/json')) return toObject(JSON.parse(text));
    if (!contentType.startsWith('application/x-www-form-urlencoded')) return null;
    const form: Body = Object.fromEntries(new URLSearchParams(text));
    const { payload } = form;
    return typeof payload === 'string' ? toObject(JSON.parse(payload)) : form;
  } catch {
    return null;
  }
}

function toObject(value: unknown): Body | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Body) : null;
}
