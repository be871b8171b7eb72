import { type Holding, holdCall } from './hold-call.ts';

/** What `ai` passes to `execute`, as far as it is read. */
interface Options {
  readonly toolCallId: string;
  readonly abortSignal?: AbortSignal | undefined;
}

/**
 * An `execute` for `tool()` of `ai` (Vercel AI SDK) that runs only once people approved the call. What they
 * said instead is thrown, and `ai` tells it to the model as the tool's error.
 * Of a tool that streams its results only the last one is passed on, since the outcome hangs on the end.
 */
export function holdTool<I, O extends Options, R>(
  name: string,
  execute: (input: I, options: O) => AsyncIterable<R> | PromiseLike<R> | R,
  holding: Holding,
): (input: I, options: O) => Promise<R> {
  return (input, options) =>
    holdCall<R, never>(
      {
        framework: 'ai-sdk',
        tool: name,
        called: undefined,
        input,
        call: options.toolCallId,
        signal: options.abortSignal,
      },
      holding,
      (released: I) => lastOf(execute(released, options)),
      (error) => {
        throw error;
      },
    );
}

async function lastOf<R>(result: AsyncIterable<R> | PromiseLike<R> | R): Promise<R> {
  if (!isStream(result)) return await result;
  let last: R | undefined;
  for await (const part of result) last = part;
  return last as R;
}

function isStream<R>(result: AsyncIterable<R> | PromiseLike<R> | R): result is AsyncIterable<R> {
  return typeof result === 'object' && result !== null && Symbol.asyncIterator in result;
}
