import type { IncomingMessage } from 'node:http';
import { type Refusal, refuse } from '../../bot/core/refusal.ts';

const MOST_BODY_BYTES = 256 * 1024;

/** The raw bytes, or a refusal as soon as they are too many or too late. What is too much is never kept. */
export function readBody(
  incoming: IncomingMessage,
  withinMs: number,
  mostBytes = MOST_BODY_BYTES,
): Promise<Buffer | Refusal> {
  const declared = Number(incoming.headers['content-length'] ?? 0);
  if (declared > mostBytes) return Promise.resolve(refuse('BODY_TOO_LARGE'));
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (result: Buffer | Refusal) => {
      clearTimeout(timer);
      incoming.off('data', take).off('end', end).off('error', cut).off('close', cut);
      resolve(result);
    };
    const take = (chunk: Buffer) => {
      size += chunk.length;
      if (size > mostBytes) {
        incoming.pause();
        finish(refuse('BODY_TOO_LARGE'));
      } else {
        chunks.push(chunk);
      }
    };
    const end = () =>
      finish(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks));
    const cut = () => finish(refuse('MALFORMED'));
    const timer = setTimeout(() => {
      incoming.pause();
      finish(refuse('BODY_TIMEOUT'));
    }, withinMs);
    incoming.on('data', take).on('end', end).on('error', cut).on('close', cut);
  });
}
