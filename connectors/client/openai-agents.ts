import { type Holding, holdCall } from './hold-call.ts';

/** What `@openai/agents` passes to `execute`, as far as it is read. */
interface Details {
  readonly toolCall?: { readonly callId?: string; readonly name?: string };
  readonly signal?: AbortSignal;
}

/**
 * An `execute` for `tool()` of `@openai/agents` that runs only once people approved the call. What they
 * said instead is the tool's result, for the model to read.
 */
export function holdTool<I, C, R>(
  name: string,
  execute: (input: I, context: C, details?: Details) => R | PromiseLike<R>,
  holding: Holding,
): (input: I, context: C, details?: Details) => Promise<R | string> {
  return (input, context, details) =>
    holdCall<R, string>(
      {
        framework: 'openai-agents',
        tool: name,
        called: details?.toolCall?.name,
        input,
        call: details?.toolCall?.callId,
        signal: details?.signal,
      },
      holding,
      (released: I) => execute(released, context, details),
      ({ message }) => message,
    );
}
