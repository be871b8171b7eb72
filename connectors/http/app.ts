import { refuse } from '../../bot/core/refusal.ts';
import { type Http, type HttpApp, newHttpApp } from './bindings.ts';
import { jsonAnswer, jsonText } from './json-answer.ts';
import type { Metrics } from './metrics.ts';
import { problem } from './problem.ts';

export interface Health {
  /** Null when the log can be written, or what is wrong. */
  readonly notReady: () => Promise<string | null>;
  /** What stops nothing and an operator should know. */
  readonly warnings: () => readonly string[];
  readonly openApi: () => unknown;
}

/** The one port: liveness, readiness, the contract itself, and whatever compose mounts beside them. */
export function httpApp(api: HttpApp, health: Health, metrics: Metrics): HttpApp {
  const app = newHttpApp();
  app.use(async (http, next) => {
    const started = performance.now();
    await next();
    // The pattern, never the address: an address holds ids, and would make a series each.
    metrics.answered(
      `${http.req.method} ${http.req.routePath}`,
      http.res.status,
      (performance.now() - started) / 1000,
    );
  });
  app.get('/healthz', () => jsonAnswer({ status: 'ok' }));
  app.get('/readyz', async () => {
    const wrong = await health.notReady();
    const warnings = health.warnings();
    const told = warnings.length === 0 ? {} : { warnings };
    return wrong === null
      ? jsonAnswer({ status: 'ready', ...told })
      : jsonAnswer({ status: 'not ready', reason: wrong, ...told }, 503);
  });
  let document: string | null = null;
  app.get('/openapi.json', () => {
    document ??= JSON.stringify(health.openApi());
    return jsonText(document);
  });
  app.route('/', api);
  app.notFound(() => problem(refuse('NOT_FOUND')));
  app.onError(() => problem(refuse('UNAVAILABLE')));
  return app;
}

/** Only for a loopback listener; `compose` decides which one that is. */
export function metricsRoute(metrics: Metrics): HttpApp {
  const app = newHttpApp();
  app.get(
    '/metrics',
    async () => new Response(await metrics.text(), { headers: { 'content-type': metrics.contentType } }),
  );
  return app;
}

/** A face that answers by itself, at this path and under it. */
export function mountedAt(path: string, answer: (request: Request) => Promise<Response>): HttpApp {
  const app = newHttpApp();
  const handler = (http: Http) => answer(http.req.raw);
  app.all(path, handler);
  app.all(`${path}/*`, handler);
  return app;
}
