import type { IncomingMessage, ServerResponse } from 'node:http';
import { Args, type Method, SlackError } from './call.ts';
import { type Faults, suffer } from './faults.ts';
import { SCOPE_OF } from './limits.ts';
import type { RateLimits } from './rate-limits.ts';
import { type Fields, isFields } from './shapes.ts';

export interface Credentials {
  readonly botToken: string;
  readonly appToken: string;
  scopes: readonly string[];
}

export interface Called {
  readonly method: string;
  readonly args: Fields;
  readonly answer: Fields | 'fault' | 'ratelimited';
}

export interface WebApi {
  readonly calls: Called[];
  answer(method: string, request: IncomingMessage, body: Buffer, response: ServerResponse): void;
}

/** The Web API: token, scope, rate limit, then the method, in the order in which Slack looks. */
export function webApi(
  methods: Readonly<Record<string, Method>>,
  parts: {
    readonly credentials: Credentials;
    readonly rates: RateLimits;
    readonly faults: Faults;
    readonly happened: () => void;
    readonly now: () => number;
    /** An address or a name of a channel: the limit is per channel, whatever it was called by. */
    readonly channelOf: (idOrName: string) => string;
  },
): WebApi {
  const { credentials, rates, faults, happened } = parts;
  const calls: Called[] = [];
  return {
    calls,
    answer(method, request, body, response) {
      const args = readArgs(request, body);
      const note = (answer: Called['answer']) => {
        calls.push({ method, args, answer });
        happened();
      };
      const fault = faults.take(method);
      if (fault !== null && fault !== 'lost') {
        note('fault');
        return suffer(fault, response);
      }
      const channel = typeof args['channel'] === 'string' ? parts.channelOf(args['channel']) : null;
      const wait = rates.refuse(method, channel);
      if (wait !== null) {
        note('ratelimited');
        response.writeHead(429, {
          'content-type': 'application/json',
          'retry-after': String(Math.ceil(wait / 1000)),
        });
        return void response.end('{"ok":false,"error":"ratelimited"}');
      }
      const answer = run(method, args, tokenOf(request, args));
      note(answer);
      if (fault === 'lost') return suffer(fault, response);
      response.writeHead(200, {
        'content-type': 'application/json; charset=utf-8',
        date: new Date(parts.now()).toUTCString(),
        'x-oauth-scopes': credentials.scopes.join(','),
        'x-accepted-oauth-scopes': SCOPE_OF[method] ?? '',
      });
      response.end(JSON.stringify(answer));
    },
  };

  function run(name: string, args: Fields, token: string | null): Fields {
    const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
    const scope = SCOPE_OF[name];
    if (method === undefined || scope === undefined)
      return { ok: false, error: 'unknown_method', req_method: name };
    const refused = refuseToken(token, scope);
    if (refused !== null) return refused;
    try {
      return { ok: true, ...method(new Args(args)) };
    } catch (cause) {
      if (cause instanceof SlackError) return cause.answer;
      throw cause;
    }
  }

  function refuseToken(token: string | null, scope: string): Fields | null {
    if (token === null) return { ok: false, error: 'not_authed' };
    const isApp = scope === 'connections:write';
    if (token !== (isApp ? credentials.appToken : credentials.botToken)) {
      const known = token === credentials.appToken || token === credentials.botToken;
      return { ok: false, error: known ? 'not_allowed_token_type' : 'invalid_auth' };
    }
    if (isApp || scope === '' || credentials.scopes.includes(scope)) return null;
    return { ok: false, error: 'missing_scope', needed: scope, provided: credentials.scopes.join(',') };
  }
}

function tokenOf(request: IncomingMessage, args: Fields): string | null {
  const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  return bearer ?? (typeof args['token'] === 'string' ? args['token'] : null);
}

function readArgs(request: IncomingMessage, body: Buffer): Fields {
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('application/json')) {
    const value: unknown = JSON.parse(body.toString('utf8') || '{}');
    return isFields(value) ? value : {};
  }
  return Object.fromEntries(new URLSearchParams(body.toString('utf8')));
}
