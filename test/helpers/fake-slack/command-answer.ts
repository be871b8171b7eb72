import { Args } from './call.ts';
import { readContent } from './chat-methods.ts';
import type { Fields } from './shapes.ts';
import type { SlackWorld } from './world.ts';

/** An answer that came with a slash command's ack. Empty is none; a bad one would be a silent failure. */
export function putCommandAnswer(world: SlackWorld, user: string, channel: string, body: Fields): void {
  if (body['text'] === undefined && body['blocks'] === undefined) return;
  if (body['response_type'] === 'in_channel')
    throw new Error('this app must never answer a command in public');
  world.ephemerals.push({ to: user, channel, threadTs: null, by: 'ack', ...readContent(new Args(body)) });
}
