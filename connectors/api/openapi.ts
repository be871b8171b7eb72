import { z } from 'zod';
import { WORKER_CALLS } from './openapi-worker.ts';
import * as schema from './schema.ts';
import * as audit from './schema-audit.ts';

interface Call {
  readonly method: 'get' | 'post';
  readonly path: string;
  readonly does: string;
  readonly body?: z.ZodType;
  readonly query?: z.ZodObject;
  readonly answers: z.ZodType | 'event stream' | 'json lines' | 'text' | 'archive';
  readonly created?: true;
  readonly keyed?: true;
  readonly open?: true;
}

const Request = z.union([schema.RequestView, schema.ClientRequestView]);
const Page = z.strictObject({ items: z.array(Request), next_cursor: z.string().nullable() });
const Unfrozen = z.strictObject({ id: z.string(), frozen: z.literal(false) });
const Status = z.looseObject({ status: z.string() });
const request = '/v1/requests/{id}';

/** Every call there is. A test holds this list against the routes. */
export const CALLS: readonly Call[] = [
  {
    method: 'post',
    path: '/v1/token',
    does: 'A session of one run for the OIDC token of its job, once; or more time for a session.',
    answers: schema.TokenView,
    created: true,
  },
  {
    method: 'post',
    path: '/v1/requests',
    does: 'Hold one action.',
    body: schema.SubmitBody,
    answers: Request,
    created: true,
    keyed: true,
  },
  {
    method: 'get',
    path: '/v1/requests',
    does: 'The requests you may read, newest first.',
    query: schema.ListQuery,
    answers: Page,
  },
  {
    method: 'get',
    path: request,
    does: 'One request; with `wait`, as soon as its state is not `known`.',
    query: schema.WaitQuery,
    answers: Request,
  },
  {
    method: 'get',
    path: `${request}/payload`,
    does: 'Everything there is to see. Recorded as viewed.',
    answers: schema.PayloadView,
  },
  {
    method: 'get',
    path: `${request}/events`,
    does: 'Server-sent events; resumable by Last-Event-ID.',
    answers: 'event stream',
  },
  {
    method: 'post',
    path: `${request}/reviews`,
    does: 'One vote of one person.',
    body: schema.ReviewBody,
    answers: Request,
  },
  {
    method: 'post',
    path: `${request}/break-glass`,
    does: 'Approve alone in an emergency: after the full view, with a reason and the target typed out.',
    body: schema.BreakGlassBody,
    answers: Request,
  },
  {
    method: 'post',
    path: `${request}/post-review`,
    does: "Say whether somebody else's break-glass was right. Anything but approve stops what still can be.",
    body: schema.PostReviewBody,
    answers: Request,
  },
  {
    method: 'post',
    path: `${request}/clear`,
    does: 'Put a flagged request back to pending.',
    body: schema.CommentBody,
    answers: Request,
  },
  {
    method: 'post',
    path: '/v1/requesters/{id}/clear',
    does: 'Lift the freeze of a requester.',
    body: schema.CommentBody,
    answers: Unfrozen,
  },
  {
    method: 'post',
    path: `${request}/cancel`,
    does: 'Withdraw; with an Idempotency-Key, that submission only.',
    body: schema.NoBody,
    answers: Request,
    keyed: true,
  },
  {
    method: 'post',
    path: `${request}/revoke`,
    does: 'Take an approval back before it is used.',
    body: schema.CommentBody,
    answers: Request,
  },
  {
    method: 'post',
    path: `${request}/stop`,
    does: 'Ask the executor to end what runs.',
    body: schema.CommentBody,
    answers: Request,
  },
  {
    method: 'post',
    path: `${request}/consume`,
    does: 'Release an approved action to its requester, once.',
    body: schema.ConsumeBody,
    answers: schema.ConsumeView,
    keyed: true,
  },
  {
    method: 'post',
    path: `${request}/heartbeat`,
    does: 'It still runs.',
    body: schema.HeartbeatBody,
    answers: Request,
  },
  {
    method: 'post',
    path: `${request}/outcome`,
    does: 'How it ended.',
    body: schema.OutcomeBody,
    answers: Request,
  },
  {
    method: 'post',
    path: `${request}/settle`,
    does: 'Say how something unknown ended.',
    body: schema.SettleBody,
    answers: Request,
  },
  {
    method: 'get',
    path: '/v1/audit/entries',
    does: 'The exact bytes of the log, one entry a line.',
    query: schema.EntriesQuery,
    answers: 'json lines',
  },
  {
    method: 'get',
    path: '/v1/audit/checkpoint',
    does: 'How long the log is and what it holds, signed (c2sp.org/tlog-checkpoint).',
    answers: 'text',
  },
  {
    method: 'get',
    path: '/v1/audit/proof/{seq}',
    does: 'What shows that one entry is in the log (c2sp.org/tlog-proof).',
    answers: 'text',
  },
  {
    method: 'post',
    path: '/v1/audit/exports',
    does: 'The log with its proofs and reports, as one archive that is checked without us.',
    body: audit.ExportBody,
    answers: 'archive',
  },
  {
    method: 'post',
    path: '/v1/audit/erasures',
    does: 'Forget one text for good. The entry that committed to it stays.',
    body: audit.ErasureBody,
    answers: audit.ErasureView,
  },
  ...WORKER_CALLS,
  { method: 'get', path: '/healthz', does: 'The process lives.', answers: Status, open: true },
  {
    method: 'get',
    path: '/readyz',
    does: 'The log can be written; 503 when it cannot.',
    answers: Status,
    open: true,
  },
  { method: 'get', path: '/openapi.json', does: 'This document.', answers: z.looseObject({}), open: true },
];

/** OpenAPI 3.1, made from the schemas that the calls are parsed with. */
export function openApiDocument(software: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const call of CALLS) paths[call.path] = { ...paths[call.path], [call.method]: operation(call) };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Keyturn',
      version: software.split('/')[1] ?? software,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { Problem: toSchema(schema.ProblemView) },
    },
  };
}

function operation(call: Call): object {
  const problem = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
  const success = { description: call.does, content: content(call.answers) };
  return {
    operationId: `${call.method} ${call.path}`.replace(/[^a-z0-9]+/gi, '_').replace(/_$/, ''),
    summary: call.does,
    security: call.open ? [] : [{ token: [] }],
    parameters: [...pathParameters(call.path), ...queryParameters(call.query), ...(call.keyed ? [KEY] : [])],
    ...(call.body === undefined
      ? {}
      : { requestBody: { content: { 'application/json': { schema: toSchema(call.body) } } } }),
    responses: {
      200: success,
      ...(call.created ? { 201: success } : {}),
      default: { description: 'A refusal; `code` says which (RFC 9457).', content: problem },
    },
  };
}

const KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  schema: { type: 'string', maxLength: 255 },
};

function content(answers: Call['answers']): object {
  if (answers === 'event stream') return { 'text/event-stream': { schema: { type: 'string' } } };
  if (answers === 'json lines') return { 'application/jsonl': { schema: { type: 'string' } } };
  if (answers === 'archive') return { 'application/gzip': { schema: { type: 'string', format: 'binary' } } };
  if (answers === 'text') return { 'text/plain': { schema: { type: 'string' } } };
  return { 'application/json': { schema: toSchema(answers) } };
}

function pathParameters(path: string): object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters(query: z.ZodObject | undefined): object[] {
  const shape = query === undefined ? {} : query.shape;
  return Object.entries(shape).map(([name, field]) => ({
    name,
    in: 'query',
    required: false,
    schema: toSchema(field as z.ZodType),
  }));
}

function toSchema(type: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(type, { io: 'input', unrepresentable: 'any' });
  return rest;
}
