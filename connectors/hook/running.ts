import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from '../guard/client.ts';
import type { Settings } from '../guard/settings.ts';
import { parseJson, type Release, type RequestView, readRequest } from '../guard/wire.ts';
import type { ToolCall } from './tool-call.ts';

const REPORT_MS = 10_000;
const ENDS: Readonly<Record<string, 'succeeded' | 'failed'>> = {
  PostToolUse: 'succeeded',
  PostToolUseFailure: 'failed',
};

/**
 * What was released and has not ended, so that the hook that runs after the call can say how it went.
 * Nobody's approval hangs on this file: with its nonce one can report an outcome and nothing else.
 */
export async function remember(call: ToolCall, request: RequestView, { nonce }: Release): Promise<void> {
  await mkdir(folder(), { recursive: true, mode: 0o700 });
  await writeFile(fileOf(call), JSON.stringify({ request: request.id, nonce }), { mode: 0o600 });
}

export function isEnd({ event }: ToolCall): boolean {
  return event in ENDS;
}

/** Reports the end of a call that was held. One that was not has no file. */
export async function reportEnd(call: ToolCall, settings: () => Promise<Settings>): Promise<void> {
  const status = ENDS[call.event];
  const text = await readFile(fileOf(call), 'utf8').catch(() => null);
  if (status === undefined || text === null) return;
  const { request, nonce } = (parseJson(text) ?? {}) as {
    readonly request?: unknown;
    readonly nonce?: unknown;
  };
  if (typeof request === 'string' && /^[A-Za-z0-9_-]{1,128}$/.test(request)) {
    const body = JSON.stringify({ nonce, status });
    const path = `/v1/requests/${request}/outcome`;
    const answer = await new Client(await settings()).call(
      { method: 'POST', path, body, timeoutMs: REPORT_MS },
      readRequest,
    );
    // Kept, so that it can be told by hand. Without a report Keyturn says `unknown`, which is true.
    if (answer.kind === 'unreachable') return;
  }
  await rm(fileOf(call), { force: true });
}

function folder(): string {
  const home = process.env['XDG_STATE_HOME'] || join(process.env['HOME'] || '/nonexistent', '.local/state');
  return join(home, 'keyturn', 'hook');
}

function fileOf({ session, id }: ToolCall): string {
  return join(folder(), `${createHash('sha256').update(`${session}:${id}`).digest('hex')}.json`);
}
