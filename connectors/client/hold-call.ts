import { randomUUID } from 'node:crypto';
import { plain } from '../guard/text.ts';
import { toAction } from '../hook/submission.ts';
import type { Action, Json } from './action.ts';
import { type Gate, type GateOptions, gate as ofEnvironment } from './gate.ts';
import { GateError } from './gate-error.ts';

/** How the calls of one tool are held. */
export interface Holding
  extends Pick<Action, 'target' | 'onBehalfOf' | 'expiresIn'>,
    Pick<GateOptions, 'timeout' | 'onStatus'> {
  /** Left out, `tool.` and the tool's name. */
  readonly action?: string;
  /** Left out, that the agent calls this tool. */
  readonly reason?: string;
  /** Left out, the gate of the environment. */
  readonly gate?: Gate;
}

/** One call of a tool, as its framework tells of it. */
export interface ToolCall {
  readonly framework: string;
  /** As its holder calls it, and as the model called it where the framework says so. */
  readonly tool: string;
  readonly called: string | undefined;
  readonly input: unknown;
  /** The framework's id of the call. Two calls with the same input are two actions. */
  readonly call: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * Runs the tool once the call is approved, with the input that was approved. What the model may know of a
 * call that did not run goes to `told`; a mistake of whoever wrote the program is thrown instead, and so
 * is whatever the tool itself throws.
 */
export async function holdCall<R, T>(
  { framework, tool, called = tool, input, call, signal }: ToolCall,
  holding: Holding,
  run: (input: never) => R | PromiseLike<R>,
  told: (error: GateError) => T,
): Promise<R | T> {
  // People would be shown the name of another tool than the one that runs.
  if (called !== tool) throw new GateError('INVALID', `${called} is held as ${tool}. Nothing was run.`);
  const { gate = ofEnvironment, action = toAction(tool), target, onBehalfOf, expiresIn } = holding;
  const { reason = `an agent (${framework}) calls ${tool}`, timeout, onStatus } = holding;
  const asked = {
    action,
    target,
    reason,
    payload: { kind: 'tool_call', agent: framework, tool, input: input as Json, call: call ?? randomUUID() },
    ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
    ...(expiresIn === undefined ? {} : { expiresIn }),
  };
  const options = {
    ...(signal === undefined ? {} : { signal }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(onStatus === undefined ? {} : { onStatus }),
  };
  let hasBegun = false;
  try {
    return await gate(
      asked,
      (released) => {
        hasBegun = true;
        return run(released.input as never);
      },
      options,
    );
  } catch (cause) {
    // The tool may itself ask a gate. What that one says is not that this call did not run.
    if (hasBegun || !(cause instanceof GateError) || isMistake(cause)) throw cause;
    return told(new GateError(cause.code, forModel(cause), { ...cause, cause }));
  }
}

function isMistake({ code }: GateError): boolean {
  return code === 'INVALID' || code === 'NOT_CONFIGURED';
}

function forModel({ code, message }: GateError): string {
  const then =
    code === 'REFUSED'
      ? 'It was not run. Do not retry, and do not try another way.'
      : 'It was not run. It may be tried again later.';
  return plain(`Keyturn: ${message} ${then}`);
}
