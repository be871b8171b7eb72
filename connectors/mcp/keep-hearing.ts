/** Clients give up after a minute in which they heard nothing. */
const PROGRESS_MS = 15_000;

interface Hearing {
  readonly _meta?: { readonly progressToken?: string | number | undefined } | undefined;
  readonly notify: (notification: {
    method: 'notifications/progress';
    params: { progressToken: string | number; progress: number; message: string };
  }) => Promise<void>;
}

/** Says that people still decide, at once and then again, where the client asked to be told. */
export function keepHearing({ _meta, notify }: Hearing): () => void {
  const progressToken = _meta?.progressToken;
  if (progressToken === undefined) return () => undefined;
  let progress = 0;
  const say = () => {
    progress += 1;
    const params = { progressToken, progress, message: 'waits for people to decide' };
    void notify({ method: 'notifications/progress', params }).catch(() => undefined);
  };
  say();
  const timer = setInterval(say, PROGRESS_MS);
  return () => clearInterval(timer);
}
