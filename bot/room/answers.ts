import { ROOM_HEADERS } from './headers.ts';

/** JSON for our own page. A "no" to somebody who is signed in is an answer like any other: status 200. */
export function answerJson(
  value: unknown,
  status = 200,
  more: Readonly<Record<string, string>> = {},
): Response {
  const headers = { ...ROOM_HEADERS, 'content-type': 'application/json; charset=utf-8', ...more };
  return new Response(JSON.stringify(value), { status, headers });
}

export function answerRefused(status: number, code: string, text: string): Response {
  return answerJson({ refused: { code, text } }, status);
}
