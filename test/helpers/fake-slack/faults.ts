import type { ServerResponse } from 'node:http';

/** What can go wrong between an app and Slack. `lost` does the work and then loses the answer. */
export type Fault = 'refused' | 'silent' | 'error-500' | 'error-503' | 'html' | 'not-ok' | 'lost';

interface Planned {
  readonly fault: Fault;
  readonly method: RegExp;
  left: number;
}

/** The plan of what goes wrong next. */
export class Faults {
  readonly #planned: Planned[] = [];
  readonly #delays: { readonly method: RegExp; readonly ms: number }[] = [];

  plan(fault: Fault, method: RegExp = /./, times = Number.POSITIVE_INFINITY): void {
    this.#planned.push({ fault, method, left: times });
  }

  /** Every answer of these methods comes so much later. */
  delay(method: RegExp, ms: number): void {
    this.#delays.push({ method, ms });
  }

  delayOf(method: string): number {
    return this.#delays.find((one) => one.method.test(method))?.ms ?? 0;
  }

  clear(): void {
    this.#planned.length = 0;
    this.#delays.length = 0;
  }

  take(method: string): Fault | null {
    const found = this.#planned.find((one) => one.left > 0 && one.method.test(method));
    if (found === undefined) return null;
    found.left -= 1;
    return found.fault;
  }
}

/** Answers as the fault would; for `lost` the work was done already. */
export function suffer(fault: Fault, response: ServerResponse): void {
  switch (fault) {
    case 'refused':
    case 'lost':
      response.socket?.destroy();
      return;
    case 'silent':
      return;
    case 'error-500':
      response.writeHead(500, { 'content-type': 'text/plain' }).end('upstream connect error');
      return;
    case 'error-503':
      response.writeHead(503, { 'content-type': 'text/plain' }).end('no healthy upstream');
      return;
    case 'html':
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<html><title>Slack is down</title></html>');
      return;
    case 'not-ok':
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end('{"ok":false,"error":"internal_error"}');
      return;
  }
}
