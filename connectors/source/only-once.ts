type Sent = RequestInit & { readonly redirect: 'manual'; readonly body: string };

/**
 * What to give to `fetch`, so that it sends this body once. Answered 421, `fetch` makes the same call again
 * by itself, whatever the other side did before it said so; but only with a body that it can read again, or
 * where redirects are errors. This one is a stream, with its length said: not every server takes a body in
 * pieces.
 */
export function onlyOnce({ body, headers, ...init }: Sent): RequestInit {
  const sent = new Blob([body]);
  return {
    ...init,
    headers: { ...headers, 'content-length': String(sent.size) } as Record<string, string>,
    body: sent.stream(),
    duplex: 'half',
    // Some versions of it take a 401 for a wish to ask a person, and then want the body again.
    credentials: 'omit',
  };
}
