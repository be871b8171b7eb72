type Sent = RequestInit & { readonly redirect: 'manual'; readonly body: string };

/**
 * What to give to `fetch`, so that it sends this body once. Answered 421, `fetch` makes the same call again
 * by itself, whatever the other side did before it said so; but only with a body that it can read again, or
 * where redirects are errors. This one is a stream, with its length said: not every server takes a body in
 * pieces.
 */
export function onlyOnce({ body, headers: given, ...init }: Sent): RequestInit {
  const sent = new Blob([body]);
  const headers = new Headers(given);
  headers.set('content-length', String(sent.size));
  // Some versions of it take a 401 for a wish to ask a person, and then want the body again.
  return { ...init, headers, body: sent.stream(), duplex: 'half', credentials: 'omit' };
}
