/** Names by which a browser on this machine can call us. Any port: `ssh -L` may change it. */
const LOOPBACK_HOST = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/i;

/** What a proxy adds. The room is for this machine, and a proxy brings in others. */
const PROXIED = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'] as const;

/**
 * Why this call does not come from our own page in a browser on this machine, or null. A page of
 * another site can make a browser call us in three ways, and each shows: a name that it points at
 * 127.0.0.1 stands in `Host`; its own origin in `Origin`; and where browsers send it,
 * `Sec-Fetch-Site`. None of this proves anything about a caller that is no browser: that takes the
 * session.
 */
export function foreignCall(request: Request): string | null {
  const { headers, method } = request;
  const host = headers.get('host') ?? '';
  if (!LOOPBACK_HOST.test(host)) return 'its Host is not this machine';
  if (PROXIED.some((name) => headers.has(name))) return 'it came through a proxy';
  const origin = headers.get('origin');
  if (origin !== null && origin !== `http://${host}`) return 'its Origin is another page';
  if (origin === null && method !== 'GET') return 'it has no Origin';
  return null;
}

/** Whether our own page makes this call, and not a link, an image or a form of another one. */
export function isFromOurPage(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site');
  return site === null || site === 'same-origin';
}
