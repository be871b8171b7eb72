import type { z } from 'zod';
import type { Context, PersonCaller } from '../app/context.ts';
import type { RefusedCalls } from '../app/refuse-call.ts';
import type { Desk } from '../commands/answer.ts';
import type { Logger } from '../ports/logger.ts';
import { answerJson, answerRefused } from './answers.ts';
import type { CodeFolder } from './code-folder.ts';
import { ROOM_HEADERS } from './headers.ts';
import type { LiveStreams } from './live.ts';
import { readJson } from './read-json.ts';
import { foreignCall, isFromOurPage } from './same-origin.ts';
import { ClickBody, CommandBody, NoBody, SignInBody } from './schema.ts';
import { createSessions, SESSION_COOKIE, type Session } from './sessions.ts';
import { toShown } from './shown.ts';
import { callerOf, createSignIn } from './sign-in.ts';
import { readStaticFiles, type StaticFile } from './static-files.ts';

export interface RoomOptions {
  readonly context: Context;
  readonly desk: Desk;
  readonly codes: CodeFolder;
  readonly live: LiveStreams;
  readonly refusedCalls: RefusedCalls;
  readonly logger: Logger;
}

/** Somebody who is signed in. `session` is asked again before each thing they are shown later. */
interface Visitor {
  readonly caller: PersonCaller;
  readonly session: Session;
}

type Call = (request: Request) => Promise<Response>;

const SIGNED_OUT = 'You are not signed in. Sign in with a room code or with your own API token.';
const WRONG = 'That is no code or token that works. A room code works once, for a few minutes.';
const TOO_MANY = 'Too many wrong tries. Nobody can sign in for a minute.';
const NOT_OURS = 'The room answers only to its own page on this machine.';
const BROKEN = 'Keyturn cannot do that now, and did nothing. Try again later.';

/** Everything under `/room`, for a loopback listener. Who may see or do what is for the desk and the feed. */
export function createRoom(options: RoomOptions): Call {
  const { context, desk, live, refusedCalls, logger } = options;
  let files: ReadonlyMap<string, StaticFile> | null = null;
  const sessions = createSessions((count) => context.random.bytes(count));
  const signIn = createSignIn(context, options.codes);

  const visitorOf = (request: Request): Visitor | null => {
    const key = request.headers.get('x-keyturn-key');
    const session = sessions.find(SESSION_COOKIE.read(request), key, context.time.now());
    const caller = session === null ? null : callerOf(context, session);
    return session === null || caller === null ? null : { session, caller };
  };
  const isStillHere = ({ session }: Visitor): boolean =>
    sessions.isOpen(session, context.time.now()) && callerOf(context, session) !== null;
  const signedOut = async (call: string): Promise<Response> => {
    await refusedCalls.unauthenticated('room', call);
    return answerRefused(401, 'UNAUTHENTICATED', SIGNED_OUT);
  };

  /** A POST of our page: who it is, then what it says. */
  const post =
    <S extends z.ZodType>(
      call: string,
      schema: S,
      work: (visitor: Visitor, said: z.infer<S>) => Promise<Response>,
    ): Call =>
    async (request) => {
      const visitor = visitorOf(request);
      if (visitor === null) return signedOut(call);
      const said = schema.safeParse(await readJson(request));
      if (said.success) return work(visitor, said.data);
      await refusedCalls.authenticated(visitor.caller, call, 'INVALID');
      return answerRefused(
        422,
        'INVALID',
        'This page sent something that the room does not take. Reload it.',
      );
    };

  const calls: Readonly<Record<string, Call>> = {
    'POST /room/api/sign-in': async (request) => {
      const said = SignInBody.safeParse(await readJson(request));
      const result = said.success ? signIn(toCredential(said.data)) : 'wrong';
      if (typeof result !== 'object') {
        await refusedCalls.unauthenticated('room', 'room sign-in');
        return result === 'wrong'
          ? answerRefused(401, 'UNAUTHENTICATED', WRONG)
          : answerRefused(429, 'LIMIT_REACHED', TOO_MANY);
      }
      const { cookie, key } = sessions.open(result, context.time.now());
      const person = context.rulebook.people.get(result.person);
      const me = { key, id: person?.key, name: person?.name };
      return answerJson(me, 200, { 'set-cookie': SESSION_COOKIE.write(request, cookie) });
    },
    'POST /room/api/sign-out': post('room sign-out', NoBody, async ({ session }) => {
      sessions.close(session);
      return answerJson({});
    }),
    'POST /room/api/click': post('room click', ClickBody, async ({ caller }, click) =>
      answerJson(toShown(await desk.click(caller, click))),
    ),
    'POST /room/api/command': post('room command', CommandBody, async ({ caller }, { line }) =>
      answerJson(toShown(await desk.type(caller, line))),
    ),
    'GET /room/api/live': async (request) => {
      const visitor = visitorOf(request);
      if (visitor === null) return signedOut('room live');
      const stream = live.open(visitor.caller, () => isStillHere(visitor), request.signal);
      return stream ?? answerRefused(503, 'UNAVAILABLE', BROKEN);
    },
  };

  return async (request) => {
    const { pathname } = new URL(request.url);
    const why = foreignCall(request);
    if (why !== null) return answerRefused(403, 'FORBIDDEN', `${NOT_OURS} This call is refused: ${why}.`);
    files ??= readStaticFiles();
    const file = files.get(pathname);
    if (file !== undefined) return serve(request, file);
    const call = calls[`${request.method} ${pathname}`];
    if (call === undefined) return answerRefused(404, 'NOT_FOUND', 'There is no such page.');
    if (!isFromOurPage(request)) return answerRefused(403, 'FORBIDDEN', NOT_OURS);
    try {
      return await call(request);
    } catch (cause) {
      logger.error('a call of the room failed', { call: pathname, cause: String(cause) });
      return answerRefused(503, 'UNAVAILABLE', BROKEN);
    }
  };
}

function serve({ method }: Request, { type, bytes }: StaticFile): Response {
  if (method !== 'GET' && method !== 'HEAD') {
    return answerRefused(405, 'NOT_FOUND', 'A page can only be read.');
  }
  return new Response(method === 'GET' ? bytes : null, {
    headers: { ...ROOM_HEADERS, 'content-type': type },
  });
}

function toCredential(said: z.infer<typeof SignInBody>) {
  return 'code' in said
    ? ({ kind: 'code', secret: said.code } as const)
    : ({ kind: 'token', secret: said.token } as const);
}
