import { isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';
import { parseJson } from '../guard/wire.ts';

/** What the agent wants to do, as its hook input says it. Fields that are not used are not read. */
export interface ToolCall {
  readonly event: string;
  readonly session: string;
  readonly id: string;
  readonly tool: string;
  readonly input: unknown;
  readonly cwd: string;
}

/** Far above what a request may hold, so that a call that is too large is told so instead of cut off. */
const LARGEST_INPUT = 4 * 1024 * 1024;
/** They become an Idempotency-Key. */
const ID = /^[A-Za-z0-9._-]{1,120}$/;

export class Unreadable extends Error {}

export async function readAll(source: Readable): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of source) {
    size += (part as Buffer).byteLength;
    if (size > LARGEST_INPUT) throw new Unreadable('the input is larger than 4 MiB');
    parts.push(part as Buffer);
  }
  const bytes = Buffer.concat(parts);
  if (!isUtf8(bytes)) throw new Unreadable('the input is not UTF-8 text');
  return bytes.toString('utf8');
}

/** A field that is missing or odd is no reason to guess: the call is blocked. */
export function readToolCall(text: string): ToolCall {
  const said = parseJson(text);
  if (typeof said !== 'object' || said === null || Array.isArray(said)) {
    throw new Unreadable('the input is not a JSON object');
  }
  const fields = said as Readonly<Record<string, unknown>>;
  const field = (name: string, form: RegExp): string => {
    const value = fields[name];
    if (typeof value !== 'string' || !form.test(value)) throw new Unreadable(`${name} is missing or wrong`);
    return value;
  };
  if (!('tool_input' in fields)) throw new Unreadable('tool_input is missing or wrong');
  return {
    event: field('hook_event_name', /^[A-Za-z]{1,40}$/),
    session: field('session_id', ID),
    id: field('tool_use_id', ID),
    tool: field('tool_name', /^[\x21-\x7e]{1,200}$/),
    input: fields['tool_input'],
    cwd: field('cwd', /^[^\0]{1,4096}$/),
  };
}
