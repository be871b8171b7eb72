import type { WorkerCaller } from '../../bot/app/worker-desk.ts';
import { sha256Hex } from '../../bot/core/digest.ts';
import type { Rulebook } from '../../bot/ports/rulebook.ts';
import { BEARER } from './authenticate.ts';

/** A worker's token in, the worker out, by the rulebook in force. Nobody else's token is one. */
export function workerOf(rulebook: Rulebook, authorization: string | undefined): WorkerCaller | null {
  const token = BEARER.exec(authorization ?? '')?.[1];
  if (token === undefined) return null;
  const hash = sha256Hex(token);
  for (const { name, tokenSha256 } of rulebook.workers.values())
    if (tokenSha256.includes(hash)) return { id: name, actor: { kind: 'worker', worker: name } };
  return null;
}
