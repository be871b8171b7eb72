import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ToHold } from '../../bot/app/hold-for-source.ts';
import type { Identity } from '../../bot/core/unresolved.ts';
import { UnreadablePlan } from '../guard/terraform-plan.ts';
import type { Connector, Parsed, Told } from '../source/connector.ts';
import { terraformClient } from './client.ts';
import { RunTask, Verification } from './schema.ts';
import { type Ref, toHold, withPlan } from './to-hold.ts';

const MINUTE = 60_000;
/** HCP Terraform gives up on a task that it has not heard of for ten minutes. */
const BEAT_EVERY_MS = 5 * MINUTE;
/** And on every task after sixty. */
const TICKET_AFTER_MS = 55 * MINUTE;
const TICKET =
  'Still waiting for approval in Keyturn. Start the run again once it is approved: the same plan then passes at once.';

export interface TerraformOptions {
  readonly url: string;
  readonly hmacKey: string;
  /** Which environment of ours a workspace is in, as its client says. */
  readonly environmentOf: (claims: ToHold['claims']) => string | null;
  readonly now: () => number;
}

/** Runs of HCP Terraform that wait for a run task between plan and apply. */
export function terraformConnector({ url, hmacKey, environmentOf, now }: TerraformOptions): Connector {
  const { host } = new URL(url);
  const api = terraformClient({ url, planHosts: [host, 'archivist.terraform.io'] });
  const beatAt = new Map<string, number>();
  return {
    name: 'terraform',
    mostBytes: 256 * 1024,
    tellsOutcome: false,
    verify({ body, header }) {
      const given = Buffer.from(header('x-tfc-task-signature') ?? '', 'hex');
      const wanted = createHmac('sha512', hmacKey).update(body).digest();
      if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return null;
      // It gives its deliveries no id. Another body has another signature.
      return { id: wanted.toString('hex').slice(0, 64) };
    },
    parse: ({ body }) => parse(body, host),
    async enrich(hold, signal) {
      const ref = hold.ref as unknown as Ref;
      const { token = '' } = hold.secrets;
      const say = (status: 'passed' | 'failed', message: string) =>
        api.say(ref.callback, token, status, message, signal);
      if (ref.isSpeculative) {
        await say('passed', 'Not held: a speculative run applies nothing.');
        return null;
      }
      if (ref.plan === null) {
        await say('failed', 'Keyturn was given no plan. Run this task in the stage post-plan.');
        return null;
      }
      const [bytes, user] = await Promise.all([
        api.plan(ref.plan, token, signal),
        api.startedBy(ref.run, token, signal),
      ]);
      try {
        const planned = withPlan(hold, bytes);
        // No client names it: then there is no environment either, and the base refuses it.
        const environment = environmentOf(hold.claims) ?? 'unknown';
        const target = { ...planned.submission.target, environment };
        return {
          ...planned,
          claims: { ...hold.claims, environment },
          submission: { ...planned.submission, target },
          identities: startedBy(host, user, ref.startedBy),
        };
      } catch (cause) {
        if (!(cause instanceof UnreadablePlan)) throw cause;
        await say('failed', `Keyturn does not hold this: ${cause.message}.`);
        return null;
      }
    },
    async release({ held, verdict, comment, secrets }, isRepeat, signal): Promise<Told> {
      const { callback } = JSON.parse(held.ref) as Ref;
      beatAt.delete(held.subject);
      const status = verdict === 'approve' ? 'passed' : 'failed';
      const isTaken = await api.say(callback, secrets['token'] ?? '', status, comment, signal);
      if (isTaken) return { is: 'told' };
      // The same answer as when the first `passed` arrived and its answer was lost.
      if (isRepeat && verdict === 'approve') return { is: 'unknown' };
      return { is: 'gone', why: 'the run does not wait for this task any more' };
    },
    async heartbeat(held, secrets, signal) {
      const { callback } = JSON.parse(held.ref) as Ref;
      const say = (status: 'running' | 'failed', message: string) =>
        api.say(callback, secrets['token'] ?? '', status, message, signal);
      const at = now();
      if (at - held.at >= TICKET_AFTER_MS) {
        beatAt.delete(held.subject);
        // Also where it is refused: it may have arrived before, and its message is a promise.
        await say('failed', TICKET);
        return 'ticket';
      }
      if (at - (beatAt.get(held.subject) ?? 0) < BEAT_EVERY_MS) return 'held';
      if (!(await say('running', 'Waiting for approval in Keyturn.'))) return 'gone';
      beatAt.set(held.subject, at);
      return 'held';
    },
  };
}

function parse(body: Uint8Array, host: string): Parsed {
  let said: unknown;
  try {
    said = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return unreadable('', 'is no JSON');
  }
  if (Verification.safeParse(said).success) return { kind: 'nothing' };
  const task = RunTask.safeParse(said);
  if (!task.success)
    return unreadable(`/${task.error.issues[0]?.path.join('/') ?? ''}`, 'is not what a run task sends');
  const { stage } = task.data;
  if (stage !== 'post_plan' && stage !== 'pre_apply')
    return unreadable(
      '/stage',
      'must be post_plan or pre_apply: nothing is known before, and all is done after',
    );
  const hold = toHold(task.data, host);
  return hold === null
    ? unreadable('/task_result_callback_url', `is not of ${host}`)
    : { kind: 'hold', hold };
}

function unreadable(pointer: string, problem: string): Parsed {
  return { kind: 'unreadable', fields: [{ pointer, problem }] };
}

/** By the lasting id where this task's token may read it. A name can change hands, so it is nobody that we know. */
function startedBy(host: string, user: string | null, name: string | null): readonly Identity[] {
  const because = 'started the run';
  if (user !== null) return [{ account: `terraform:${host}/${user}`, because }];
  return [{ account: `terraform-name:${host}/${name ?? 'unknown'}`, because }];
}
