const HEADERS = {
  'content-type': 'application/json',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
} as const;

/** JSON that no cache keeps. `text` is the body as it goes out. */
export function jsonText(text: string, status = 200): Response {
  return new Response(text, { status, headers: HEADERS });
}

export function jsonAnswer(value: unknown, status = 200): Response {
  return jsonText(JSON.stringify(value), status);
}
