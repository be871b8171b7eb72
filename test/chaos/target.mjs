// Where HTTP effects happen: a process that outlives every bot, and counts in its own file.
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';

const file = openSync(process.env.CHAOS_EFFECTS, 'a', 0o600);
const done = new Set();

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://target');
  if (request.method === 'GET') {
    response.writeHead(done.has(searchParams.get('request')) ? 200 : 404).end();
    return;
  }
  const chunks = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
  } catch {
    // Broken off in the middle: nothing that was asked for whole, so nothing is done.
    return;
  }
  const id = request.headers['webhook-id'];
  const { attempt } = JSON.parse(Buffer.concat(chunks).toString());
  // Only this one keeps the promise of an idempotency key. The others do it each time they are asked.
  const isRepeat = pathname === '/idempotent' && done.has(id);
  if (!isRepeat) {
    done.add(id);
    writeSync(file, `${id} ${attempt}\n`);
    fsyncSync(file);
  }
  response.writeHead(200).end('done');
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('disconnect', () => {
  closeSync(file);
  process.exit(0);
});
