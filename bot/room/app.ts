import type { Context, PersonCaller } from '../app/context.ts';
import type { RefusedCalls } from '../app/refuse-call.ts';
import type { Desk } from '../commands/answer.ts';
import type { Logger } from '../ports/logger.ts';
import { answerJson, answerRefused } from './answers.ts';
import type { CodeFolder } from './code-folder.ts';
import type { Feed } from './feed.ts';
import { ROOM_HEADERS } from './headers.ts';
import type { LiveStreams } from './live.ts';
import { readClick, readCommand, readCredential } from './read-body.ts';
import { foreignCall, isFromOurPage } from './same-origin.ts';
import { createSessions, SESSION_LIFE_MS, type Session } from './sessions.ts';
import { callerOf, createSignIn } from './sign-in.ts';
import { readStaticFiles } from './static-files.ts';
import { toShown } from './shown-answer.ts';

export interface RoomOptions {
  readonly context: Context;
  readonly desk: Desk;
  readonly codes: CodeFolder;
  readonly feed: Feed;
  readonly streams: LiveStreams;
  readonly refusedCalls: RefusedCalls;
  readonly logger: Logger;
}
