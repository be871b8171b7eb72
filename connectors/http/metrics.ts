import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { isTerminal, STATES, type State } from '../../bot/core/request.ts';

const OPEN = STATES.filter((state) => !isTerminal(state));

/** For Prometheus. Labels are call names, codes and states only: no name, target or payload. */
export interface Metrics {
  readonly answered: (call: string, status: number, seconds: number) => void;
  readonly text: () => Promise<string>;
  readonly contentType: string;
}

export function createMetrics(openByState: () => ReadonlyMap<State, number>): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'keyturn_' });
  const calls = new Counter({
    name: 'keyturn_http_calls_total',
    help: 'Answered calls by route and status.',
    labelNames: ['call', 'status'],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'keyturn_http_call_seconds',
    help: 'Time to answer, by route. Long polls are in it.',
    labelNames: ['call'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 60],
    registers: [registry],
  });
  new Gauge({
    name: 'keyturn_requests_open',
    help: 'Requests that are not final, by state.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const counts = openByState();
      // Each of them, always: a state that the last request has left would else keep its number.
      for (const state of OPEN) this.set({ state }, counts.get(state) ?? 0);
    },
  });
  return {
    answered(call, status, took) {
      calls.inc({ call, status });
      seconds.observe({ call }, took);
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
