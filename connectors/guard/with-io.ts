import { Ended, EXIT } from './exit-codes.ts';
import { Interruption } from './interruption.ts';
import { Progress } from './progress.ts';

export interface Io {
  readonly progress: Progress;
  readonly interruption: Interruption;
}

/** Runs one command with its signals and its stderr, and turns every end into an exit code. */
export async function withIo(
  readTimeoutMs: () => number | null,
  work: (io: Io) => Promise<number>,
): Promise<number> {
  const progress = new Progress(process.stderr, process.env);
  let interruption: Interruption | null = null;
  try {
    interruption = new Interruption(readTimeoutMs());
    return await work({ progress, interruption });
  } catch (error) {
    progress.clear();
    if (error instanceof Ended) {
      progress.say(error.message);
      return error.exitCode;
    }
    // Nothing that throws something else has a command running: it was not started.
    progress.say(`something is wrong here: ${error instanceof Error ? error.message : String(error)}`);
    return EXIT.usage;
  } finally {
    progress.clear();
    interruption?.dispose();
  }
}
