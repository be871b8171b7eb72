import { webhookAccount } from '../../bot/app/caller-now.ts';
import type { Caller, Context } from '../../bot/app/context.ts';
import { submitRequest } from '../../bot/app/submit-request.ts';
import { type Refusal, refuse } from '../../bot/core/refusal.ts';
import type { ClientId } from '../../bot/core/request.ts';
import type { Client, WebhookKey } from '../../bot/ports/rulebook.ts';
import { type HttpApp, newHttpApp } from '../http/bindings.ts';
import { jsonAnswer } from '../http/json-answer.ts';
import { problem } from '../http/problem.ts';
import { readBody } from '../http/read-body.ts';
import { verifyStandardWebhook } from '../http/standard-webhook.ts';
import { parseStrictJson } from '../http/strict-json.ts';
import type { ApiOptions } from './call.ts';
import { toRefusal } from './field-problems.ts';
import { present } from './present.ts';
import { SubmitMessage } from './schema.ts';
import { toSubmission } from './submission.ts';

/**
 * `POST /webhooks/generic/<client>`: a submission, signed as https://www.standardwebhooks.com says, of a
 * system that has no token. `webhook-id` is the idempotency key. The answer is that of `POST /v1/requests`.
 */
export function signedSubmission({
  context,
  refusedCalls,
  bodyWithinMs,
  logger,
}: Omit<ApiOptions, 'authenticate' | 'exporter'>): HttpApp {
  const app = newHttpApp();
  app.post('/webhooks/generic/:client', async (http) => {
    const { incoming } = http.env;
    const body = await readBody(incoming, bodyWithinMs);
    if ('ok' in body) return problem(body);
    const client = context.rulebook.clients.get(http.req.param('client') as ClientId);
    const { headers } = incoming;
    const header = (name: string) => (typeof headers[name] === 'string' ? headers[name] : undefined);
    const signed = verifyStandardWebhook({
      body,
      header,
      keys: client?.webhookKeys ?? [],
      at: context.time.now(),
    });
    if (client === undefined || signed === null) {
      await refusedCalls.unauthenticated(incoming.socket.remoteAddress ?? 'unknown', 'webhook generic');
      return problem(refuse('UNAUTHENTICATED'));
    }
    try {
      return await submit(context, callerOf(client, signed.key), signed.id, body, refusedCalls);
    } catch (cause) {
      logger.error('a webhook was not handled', { cause: cause instanceof Error ? cause.name : 'unknown' });
      return problem(refuse('UNAVAILABLE'));
    }
  });
  return app;
}

async function submit(
  context: Context,
  caller: Caller,
  id: string,
  body: Buffer,
  refusedCalls: ApiOptions['refusedCalls'],
): Promise<Response> {
  const unread = async (refusal: Refusal) => {
    await refusedCalls.authenticated(caller, 'webhook generic', refusal.code);
    return problem(refusal);
  };
  const parsed = parseStrictJson(body);
  if (!parsed.ok) return unread(parsed);
  const message = SubmitMessage.safeParse(parsed.value);
  if (!message.success) return unread(toRefusal(message.error, []));
  const result = await submitRequest(context, caller, toSubmission(message.data.data), id);
  if (!result.ok) return problem(result);
  return jsonAnswer(present(context, caller, result.request), result.created ? 201 : 200);
}

function callerOf({ id, kind, owner }: Client, key: WebhookKey): Caller {
  const account = webhookAccount(key);
  return {
    actor: { kind: 'client', client: id, clientKind: kind, owner, account, verifiedBy: key.kind },
    id,
    key: id,
  };
}
