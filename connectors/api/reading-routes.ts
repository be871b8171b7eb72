import type { z } from 'zod';
import { isPerson, toRequestId } from '../../bot/app/context.ts';
import { proveEntry } from '../../bot/app/prove-entry.ts';
import { readEntries } from '../../bot/app/read-entries.ts';
import { listRequests, readRequest, waitForRequest, whyNotRead } from '../../bot/app/read-requests.ts';
import { viewPayload } from '../../bot/app/view-payload.ts';
import { type Refusal, refuse } from '../../bot/core/refusal.ts';
import { type Http, type HttpApp, newHttpApp } from '../http/bindings.ts';
import { jsonAnswer } from '../http/json-answer.ts';
import { type ApiOptions, createCalls, isRefusal } from './call.ts';
import { createEventStreams } from './events.ts';
import { toRefusal } from './field-problems.ts';
import { present } from './present.ts';
import { EntriesQuery, ListQuery, NoQuery, WaitQuery } from './schema.ts';

const DEFAULT_LIMIT = 50;
const DEFAULT_ENTRIES = 100;

/** Every call that only looks. None of them decides anything, whatever its address says. */
export function readingRoutes(options: ApiOptions): HttpApp {
  const { context } = options;
  const { get, shown, told } = createCalls(options);
  const streams = createEventStreams(context);
  const api = newHttpApp();
  const idOf = (http: Http) => toRequestId(http.req.param('id') ?? '');

  api.get(
    '/v1/requests',
    get('list', async (http, caller) => {
      const query = queryOf(http, ListQuery);
      if (isRefusal(query)) return query;
      const { items, next } = await listRequests(context, caller, {
        states: query.state === undefined ? null : [query.state],
        requester: query.requester ?? null,
        before: query.cursor ?? null,
        limit: query.limit ?? DEFAULT_LIMIT,
      });
      const page = {
        items: items.map((item) => present(context, caller, item)),
        next_cursor: next?.toString() ?? null,
      };
      return jsonAnswer(page);
    }),
  );
  api.get(
    '/v1/requests/:id',
    get('read', async (http, caller) => {
      const query = queryOf(http, WaitQuery);
      if (isRefusal(query)) return query;
      const wait = {
        ms: (query.wait ?? 0) * 1000,
        known: query.known ?? null,
        // Made only when somebody waits: it costs more than the rest of the call.
        get signal() {
          return http.req.raw.signal;
        },
      };
      const request = await waitForRequest(context, caller, idOf(http), wait);
      return request === null ? whyNotRead(context, caller, idOf(http)) : shown(caller, request);
    }),
  );
  api.get(
    '/v1/requests/:id/payload',
    get('payload', async (http, caller) => {
      const query = queryOf(http, NoQuery);
      if (isRefusal(query)) return query;
      const viewed = await viewPayload(context, caller, idOf(http));
      if (!viewed.ok) return told(caller, viewed);
      const { request, payload, view, redacted } = viewed;
      const { actionDigest: action_digest, viewDigest: view_digest } = request;
      return jsonAnswer({ payload, view, action_digest, view_digest, redacted });
    }),
  );
  api.get(
    '/v1/requests/:id/events',
    get('events', async (http, caller) => {
      const query = queryOf(http, NoQuery);
      if (isRefusal(query)) return query;
      const after = http.env.incoming.headers['last-event-id']?.toString() ?? '-1';
      if (!/^(-1|\d{1,15})$/.test(after)) {
        return refuse('INVALID', {
          fields: [{ pointer: '', problem: 'Last-Event-ID is a sequence number' }],
        });
      }
      const id = idOf(http);
      if ((await readRequest(context, caller, id)) === null) return whyNotRead(context, caller, id);
      return (
        streams.stream(caller, id, Number(after), http.req.raw.signal) ??
        refuse('UNAVAILABLE', { retryAfter: 30 })
      );
    }),
  );
  api.get(
    '/v1/audit/entries',
    get('audit entries', async (http, caller) => {
      if (!isPerson(caller)) return refuse('FORBIDDEN');
      const query = queryOf(http, EntriesQuery);
      if (isRefusal(query)) return query;
      const lines = await readEntries(context, caller, query.from ?? 0, query.limit ?? DEFAULT_ENTRIES);
      if (isRefusal(lines)) return lines;
      const headers = {
        'content-type': 'application/jsonl; charset=utf-8',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      };
      return new Response(lines, { headers });
    }),
  );
  api.get(
    '/v1/audit/checkpoint',
    get('audit checkpoint', async (http) => {
      const query = queryOf(http, NoQuery);
      if (isRefusal(query)) return query;
      const checkpoint = context.store.committed.newestCheckpoint();
      return checkpoint === null ? refuse('UNAVAILABLE') : plainText(checkpoint.note);
    }),
  );
  api.get(
    '/v1/audit/proof/:seq',
    get('audit proof', async (http, caller) => {
      if (!isPerson(caller)) return refuse('FORBIDDEN');
      const query = queryOf(http, NoQuery);
      if (isRefusal(query)) return query;
      const seq = http.req.param('seq') ?? '';
      if (!/^(0|[1-9][0-9]{0,15})$/.test(seq)) return refuse('NOT_FOUND');
      const proof = await proveEntry(context, caller, Number(seq));
      return isRefusal(proof) ? proof : plainText(proof);
    }),
  );
  return api;
}

function plainText(text: string): Response {
  const headers = {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  };
  return new Response(text, { headers });
}

/** Parameters are held to a schema as bodies are; one given twice is one too many. */
function queryOf<S extends z.ZodType>(http: Http, schema: S): z.infer<S> | Refusal {
  const all = http.req.queries();
  const twice = Object.keys(all).filter((name) => (all[name]?.length ?? 0) > 1);
  if (twice.length > 0) {
    return refuse('INVALID', {
      fields: twice.map((name) => ({ pointer: `/${name}`, problem: 'is given twice' })),
    });
  }
  const checked = schema.safeParse(http.req.query());
  return checked.success ? checked.data : toRefusal(checked.error);
}
