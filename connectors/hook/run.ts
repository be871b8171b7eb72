import { Ended } from '../guard/exit-codes.ts';
import { withGiven } from '../guard/given.ts';
import { readTimeoutMs } from '../guard/options.ts';
import { readSettings } from '../guard/settings.ts';
import { decide, type Verdict } from './decide.ts';
import { isHarmless } from './harmless.ts';
import { isEnd, remember, reportEnd } from './running.ts';
import { type Agent, type HookFlags, toBody, toPayload } from './submission.ts';
import { readAll, readToolCall, type ToolCall, Unreadable } from './tool-call.ts';

/** Below the 10 minutes that agents give a hook; see `install`. */
export const DEADLINE_MS = 540_000;

/**
 * Whether the agent says how a call ended. Codex calls the same event with the same words after a command
 * that failed, so nothing is said of it: Keyturn then says `unknown`, which is true.
 */
const TELLS_ENDS: Readonly<Record<Agent, boolean>> = { 'claude-code': true, codex: false };

/** One run of the hook: the text for stdout, empty for no opinion. Whatever it throws blocks the call. */
export async function runHook(agent: Agent, flags: HookFlags): Promise<string> {
  const startedAt = Date.now();
  const deadlineMs =
    readTimeoutMs(flags.deadline === undefined ? {} : { timeout: flags.deadline }) ?? DEADLINE_MS;
  const settings = async () => readSettings(await withGiven(process.env, flags));
  const call = readToolCall(await readAll(process.stdin));
  if (isEnd(call)) {
    if (TELLS_ENDS[agent]) await reportEnd(call, settings);
    return '';
  }
  if (call.event !== 'PreToolUse') throw new Unreadable(`${call.event} is no event that this hook answers`);
  if (isHarmless(call, flags.harmless ?? [])) return '';
  const verdict = await decide(await settings(), {
    body: toBody(agent, call, flags),
    key: `${call.session}:${call.id}`,
    payload: toPayload(agent, call),
    until: startedAt + deadlineMs,
  });
  if (verdict.allow && TELLS_ENDS[agent])
    await remember(call, verdict.request, verdict.release).catch(() => undefined);
  return toAnswer(call, verdict);
}

/** Both agents read the same answer. Without a reason Codex takes a deny for nothing. */
function toAnswer({ event }: ToolCall, verdict: Verdict): string {
  const decision = verdict.allow
    ? {
        permissionDecision: 'allow',
        permissionDecisionReason: `Keyturn: request ${verdict.request.label} is approved`,
        // Another hook may have changed the input meanwhile. What runs is what was approved.
        updatedInput: (verdict.release.payload as { readonly input: unknown }).input,
      }
    : { permissionDecision: 'deny', permissionDecisionReason: verdict.why };
  return JSON.stringify({ hookSpecificOutput: { hookEventName: event, ...decision } });
}

/** What may be said to the agent and its user of why the hook itself gave up. */
export function whyOf(cause: unknown): string {
  if (cause instanceof Unreadable || cause instanceof Ended) return cause.message;
  return `something is wrong here: ${cause instanceof Error ? cause.name : 'unknown'}`;
}
