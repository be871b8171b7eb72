// Points around the effect itself and around the queue, next to those of test/fault/points.mjs.
import childProcess from 'node:child_process';
import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { point } from '../fault/points.mjs';

const { request } = http;
http.request = (...values) => {
  point('before the call');
  const call = request(...values);
  call.once('socket', (socket) => socket.once('connect', () => point('connected')));
  call.once('finish', () => point('the call was handed over'));
  call.once('response', (answer) => {
    point('the answer began');
    answer.once('close', () => point('the answer ended'));
  });
  return call;
};

const { spawn } = childProcess;
childProcess.spawn = (...values) => {
  point('before the program');
  const child = spawn(...values);
  point('the program runs');
  child.once('exit', () => point('the program ended'));
  return child;
};
syncBuiltinESMExports();

if (process.env.CHAOS_REDIS !== undefined && process.env.CHAOS_WORKER === undefined) {
  const { Queue } = (await import('bullmq')).default;
  const { addBulk } = Queue.prototype;
  Queue.prototype.addBulk = async function (...values) {
    point('before the wake-up');
    const added = await addBulk.apply(this, values);
    point('the wake-up is in Redis');
    return added;
  };
}
