import { sha256Hex } from '../core/digest.ts';
import { heartbeat } from '../core/lifecycle/release.ts';
import { refuse } from '../core/refusal.ts';
import type { RequestId } from '../core/request.ts';
import { type Changed, changeRequest, circumstances, current, write } from './change-request.ts';
import type { Caller, Context } from './context.ts';
import { mayRead } from './readers.ts';
import { callRefused } from './record-refusal.ts';

export interface Report {
  readonly nonce: string;
  readonly status: 'succeeded' | 'failed';
  readonly exitCode: number | null;
  readonly detail: string | null;
}

/** How it ended, said by who holds the grant's nonce. */
export function reportOutcome(
  context: Context,
  caller: Caller,
  id: RequestId,
  report: Report,
): Promise<Changed> {
  const { nonce, ...told } = report;
  const nonceDigest = `sha256:${sha256Hex(nonce)}` as const;
  const ask = () => ({ type: 'report', by: caller.actor, nonceDigest, ...told }) as const;
  return changeRequest(context, caller, id, ask, callRefused('outcome'));
}

/** It still runs. No entry: a sign of life every few seconds would bury the log. */
export function reportHeartbeat(
  context: Context,
  caller: Caller,
  id: RequestId,
  nonce: string,
): Promise<Changed> {
  const nonceDigest = `sha256:${sha256Hex(nonce)}` as const;
  return write<Changed>(context, (writing) => {
    const { tx, at } = writing;
    const request = current(context, writing, id);
    const readable = request !== null && mayRead(context.rulebook, caller, request);
    const heard = readable
      ? heartbeat(request, { by: caller.actor, nonceDigest }, circumstances(context, writing, request))
      : refuse('NOT_FOUND');
    if (heard.ok) tx.touch(heard.request);
    else tx.append(callRefused('heartbeat')(heard.code), caller.actor, at, request);
    return heard;
  });
}
