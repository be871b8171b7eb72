import * as worker from './schema-worker.ts';

const run = '/v1/worker/runs/{id}';

/** The calls that a worker's token is for, and no other. */
export const WORKER_CALLS = [
  {
    method: 'post',
    path: '/v1/worker',
    does: 'For a worker: what it is called, and what labels it has.',
    body: worker.HelloBody,
    answers: worker.HelloView,
  },
  {
    method: 'post',
    path: `${run}/claim`,
    does: 'For a worker: take one approved action, with its signed grant.',
    body: worker.ClaimBody,
    answers: worker.ClaimView,
  },
  {
    method: 'post',
    path: `${run}/heartbeat`,
    does: 'For a worker: it is still at it. Says whether it is to end.',
    body: worker.KeepBody,
    answers: worker.KeepView,
  },
  {
    method: 'post',
    path: `${run}/output`,
    does: 'For a worker: a part of what the action printed.',
    body: worker.PartBody,
    answers: worker.PartView,
  },
  {
    method: 'post',
    path: `${run}/outcome`,
    does: 'For a worker: how its try ended.',
    body: worker.FinishBody,
    answers: worker.FinishView,
  },
] as const;
