import type { Digest } from '../../bot/core/digest.ts';
import { type Refusal, refuse } from '../../bot/core/refusal.ts';
import type { RequestId } from '../../bot/core/request.ts';
import type { Claimed, Finished, Home, Released } from '../../bot/ports/home.ts';
import type { Logger } from '../../bot/ports/logger.ts';
import type { Random } from '../../bot/ports/random.ts';
import { ClaimView, FinishView, HelloView, KeepView, PartView } from '../api/schema-worker.ts';
import type { Settings } from '../guard/settings.ts';
import { callBot, type Reader } from './call-bot.ts';
import { type Asked, checkClaim } from './check-claim.ts';

export interface RemoteHomeOptions {
  readonly bot: Settings;
  readonly software: string;
  readonly verify: Asked['verify'];
  readonly definitionOf: (settings: object) => Digest;
  readonly random: Random;
  readonly wall: () => number;
  readonly logger: Logger;
  readonly sleep: (ms: number) => Promise<void>;
  /** The bot wants nothing more of this worker: it is of another version, or its token is none any more. */
  readonly onTurnedAway: (why: string) => void;
}

export interface RemoteHome extends Home {
  hello(): Promise<
    { readonly ok: true; readonly worker: string; readonly labels: readonly string[] } | Refusal
  >;
  /** Part of what a try printed; answers how much the bot has, or null when it wants none of it. */
  send(claimed: Released, offset: number, bytes: Uint8Array): Promise<number | null>;
}

const ANSWER_WITHIN_MS = 5_000;
/** An answer may be late because a disk is slow. Longer than this the try is as good as lost. */
const FINISH_WITHIN_MS = 15_000;
const CLAIM_TRIES = 3;

/** The bot on another machine. */
export function remoteHome(options: RemoteHomeOptions): RemoteHome {
  const { bot, software: version, logger, sleep, onTurnedAway } = options;
  const run = (id: RequestId, what: string) => `/v1/worker/runs/${encodeURIComponent(id)}/${what}`;

  async function ask<T>(path: string, body: object, reader: Reader<T>, withinMs = ANSWER_WITHIN_MS) {
    const answer = await callBot(bot, path, body, reader, withinMs);
    if (answer.ok) return answer;
    const skew = answer.fields?.find(({ pointer }) => pointer === '/version');
    if (skew !== undefined) onTurnedAway(`this worker ${skew.problem}`);
    if (answer.code === 'UNAUTHENTICATED') onTurnedAway('the bot does not know this token');
    return answer;
  }

  /** The same challenge each time: an answer that was lost is given again, and to nobody else. */
  async function claimView(id: RequestId, challenge: string) {
    for (let tries = 1; ; tries += 1) {
      try {
        return await ask(run(id, 'claim'), { version, challenge }, ClaimView);
      } catch (cause) {
        if (tries === CLAIM_TRIES) throw cause;
        await sleep(500 * tries);
      }
    }
  }

  const home: RemoteHome = {
    async hello() {
      const answer = await ask('/v1/worker', { version }, HelloView);
      return answer.ok ? { ok: true, ...answer.value } : answer;
    },

    async claim(id): Promise<Claimed> {
      const challenge = Buffer.from(options.random.bytes(32)).toString('base64url');
      const answer = await claimView(id, challenge);
      if (!answer.ok) return answer;
      const checked = looked(answer.value, { ...options, request: id, challenge });
      if (typeof checked !== 'string') return checked;
      logger.error('what was claimed is not run', { request: id, why: checked });
      // It was released all the same, so somebody has to say what became of it.
      const ended = {
        status: 'failed',
        exitCode: null,
        detail: `not run: ${checked}`,
        retryable: true,
      } as const;
      const { attempt } = answer.value;
      await home.finish(id, { attempt, ended, retryInMs: 5_000, output: null });
      return refuse('DIGEST_MISMATCH');
    },

    async keep(id, attempt) {
      const answer = await ask(run(id, 'heartbeat'), { attempt }, KeepView);
      return answer.ok ? { ok: true, stop: answer.value.stop } : answer;
    },

    async finish(id, finished) {
      const answer = await ask(run(id, 'outcome'), toFinishBody(finished), FinishView, FINISH_WITHIN_MS);
      return answer.ok ? { ok: true } : answer;
    },

    async send({ job }, offset, bytes) {
      const part = { attempt: job.attempt, offset, bytes: Buffer.from(bytes).toString('base64') };
      const answer = await ask(run(job.request, 'output'), part, PartView);
      return answer.ok ? answer.value.bytes : null;
    },
  };
  return home;
}

/** What is not even readable is no better than what is forged. */
function looked(claim: ClaimView, asked: Asked): Released | string {
  try {
    return checkClaim(claim, asked);
  } catch {
    return 'its answer cannot be read';
  }
}

function toFinishBody({ attempt, ended, retryInMs, output }: Finished): object {
  const { status, exitCode, detail, retryable } = ended;
  return {
    attempt,
    status,
    exit_code: exitCode,
    detail: detail?.slice(0, 2_000) ?? null,
    retryable,
    retry_in_ms: retryInMs,
    output: output === null ? null : { bytes: output.bytes, is_cut: output.isCut, tail: output.tail },
  };
}
