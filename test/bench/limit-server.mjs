import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import Sqlite from 'better-sqlite3';
import { Hono } from 'hono';
import { readOptions, report } from './lib/child.mjs';
import * as schema from './lib/limit-schema.mjs';

/**
 * A child process: what the same work costs without Keyturn. The same adapter, router and validator, a
 * 1 KiB row for each entry that Keyturn's log would get, and nothing else: no log, no policy, no rights.
 * `each` commits every row by itself, `group` all that wait; `bare` is a socket that answers at once.
 */
const { kind, dir } = readOptions();
const ROW = Buffer.alloc(1024, 'x');
const DIGEST = `sha256:${'0'.repeat(64)}`;

function openRows() {
  mkdirSync(dir, { recursive: true });
  const db = new Sqlite(join(dir, 'limit.db'));
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('wal_autocheckpoint = 4000');
  db.exec('CREATE TABLE rows (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT');
  return db;
}

function oneByOne() {
  const insert = openRows().prepare('INSERT INTO rows (body) VALUES (?)');
  return (rows) => {
    for (let row = 0; row < rows; row += 1) insert.run(ROW);
  };
}

function grouped() {
  const db = openRows();
  const insert = db.prepare('INSERT INTO rows (body) VALUES (?)');
  let waiting = [];
  const flush = db.transaction((batch) => {
    for (const { rows } of batch) for (let row = 0; row < rows; row += 1) insert.run(ROW);
  });
  return (rows) =>
    new Promise((resolve) => {
      if (waiting.push({ rows, resolve }) > 1) return;
      setImmediate(() => {
        const batch = waiting;
        waiting = [];
        flush.immediate(batch);
        for (const { resolve: done } of batch) done();
      });
    });
}

/** As connectors/http/read-body.ts does it: off the Node request, without a Web stream. */
function readBody(incoming) {
  return new Promise((resolve) => {
    const chunks = [];
    incoming.on('data', (chunk) => chunks.push(chunk));
    incoming.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
  });
}

function honoServer(write) {
  const app = new Hono();
  let count = 0;
  const post = (path, body, rows, status, answer) =>
    app.post(path, async (http) => {
      const checked = body.safeParse(await readBody(http.env.incoming));
      if (!checked.success) return http.json({ code: 'INVALID' }, 422);
      await write(rows);
      return http.json(answer(checked.data), status);
    });
  post('/v1/requests', schema.SubmitBody, 1, 201, (said) => {
    count += 1;
    return { ...said, id: `req_${count}`, action_digest: DIGEST };
  });
  app.get('/v1/requests/:id/payload', async (http) => {
    await write(1);
    return http.json({ payload: {}, view: '', action_digest: DIGEST });
  });
  // An approval is two entries: the vote, and what it makes of the request.
  post('/v1/requests/:id/reviews', schema.ReviewBody, 2, 200, () => ({ state: 'approved' }));
  post('/v1/requests/:id/consume', schema.ConsumeBody, 1, 200, () => ({ nonce: DIGEST }));
  post('/v1/requests/:id/outcome', schema.OutcomeBody, 1, 200, () => ({ state: 'succeeded' }));
  return createAdaptorServer({ fetch: app.fetch });
}

/** Answers every complete request with the same bytes: what the load generator can do at most. */
function bareServer() {
  const body = JSON.stringify({
    id: 'req_1',
    action_digest: DIGEST,
    nonce: DIGEST,
    padding: 'x'.repeat(900),
  });
  const answer = (status) =>
    Buffer.from(
      `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
  const [created, ok] = [answer('201 Created'), answer('200 OK')];
  return createServer({ noDelay: true }, (socket) => {
    // The clients of the bench write a whole request at once, so a chunk is a request.
    socket.on('data', (chunk) =>
      socket.write(chunk.latin1Slice(0, 23) === 'POST /v1/requests HTTP/' ? created : ok),
    );
    socket.on('error', () => socket.destroy());
  });
}

const KINDS = {
  each: () => honoServer(oneByOne()),
  group: () => honoServer(grouped()),
  bare: bareServer,
};

const server = KINDS[kind]();
server.listen(0, '127.0.0.1', () => report({ port: server.address().port }));
process.on('SIGTERM', () => process.exit(0));
