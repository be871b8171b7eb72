import { refuse } from '../../bot/core/refusal.ts';
import { type HttpApp, newHttpApp } from './bindings.ts';
import { problem } from './problem.ts';
import { readBody } from './read-body.ts';

/** Bytes as they came, with what came beside them. */
interface RawPost {
  readonly body: Uint8Array;
  readonly header: (name: string) => string | undefined;
}

export interface SignedPostOptions {
  readonly mostBytes: number;
  readonly withinMs: number;
  /** Null: nobody we know has signed this. */
  readonly receive: (post: RawPost) => Promise<Response | null>;
  readonly unsigned: (source: string) => Promise<void>;
}

/**
 * A place where a vendor posts what it has signed. The body is read within limits of its own and kept
 * as it came, because the signature is over those bytes. Nothing else is served here.
 */
export function signedPost(path: string, options: SignedPostOptions): HttpApp {
  const app = newHttpApp();
  app.post(path, async (http) => {
    const { incoming } = http.env;
    const body = await readBody(incoming, options.withinMs, options.mostBytes);
    if ('ok' in body) return problem(body);
    const header = (name: string) => {
      const value = incoming.headers[name];
      return typeof value === 'string' ? value : undefined;
    };
    const answer = await options.receive({ body, header });
    if (answer !== null) return answer;
    await options.unsigned(incoming.socket.remoteAddress ?? 'unknown');
    return problem(refuse('UNAUTHENTICATED'));
  });
  return app;
}
