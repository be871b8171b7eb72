import { type Holding, holdCall } from './hold-call.ts';

/** What LangChain passes to a tool's function, as far as it is read. */
interface Config {
  readonly toolCall?: { readonly id?: string | undefined; readonly name?: string };
  readonly signal?: AbortSignal;
}

/**
 * A function for `tool()` of `@langchain/core/tools`, as LangGraph runs it, that runs only once people
 * approved the call. What they said instead is the tool's result, for the model to read.
 */
export function holdTool<I, C extends Config, R>(
  name: string,
  run: (input: I, config: C) => R | PromiseLike<R>,
  holding: Holding,
): (input: I, config: C) => Promise<R | string> {
  return (input, config) =>
    holdCall<R, string>(
      {
        framework: 'langgraph',
        tool: name,
        called: config.toolCall?.name,
        input,
        call: config.toolCall?.id,
        signal: config.signal,
      },
      holding,
      (released: I) => run(released, config),
      ({ message }) => message,
    );
}
