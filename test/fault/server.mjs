// The real server from dist/, in a process that kills itself at a point its test names. No product
// code knows of this: points.mjs watches SQLite, files and answers from outside.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { join } from 'node:path';
import { compose } from '../../dist/bot/compose.js';
import { addressDigest, OUTBOUND_TYPES } from '../../dist/bot/core/outbound-event.js';
import { httpEndpoint } from '../../dist/queue/events/endpoint.js';
import { webhookSigner } from '../../dist/queue/executors/standard-webhook.js';
import { fileSink } from '../../dist/queue/sinks/file.js';
import { arm as armNext, onRun, point, writeDown } from './points.mjs';
import { PEOPLE, rulebook } from './rulebook.mjs';

const { FAULT_DIR, FAULT_PORT, FAULT_POLICY, FAULT_GATE, FAULT_FACE, FAULT_SINK, FAULT_ENDPOINT } =
  process.env;

let crossesOut = false;
onRun((name, db) => {
  if (name === 'DELETE FROM outbox') crossesOut = true;
  if (name === 'COMMIT' && crossesOut) {
    crossesOut = false;
    if (db.prepare('SELECT count(*) FROM outbox').pluck().get() === 0) process.send({ drained: true });
  }
});

/** The relay waits here while a step of a caller is under test: then nobody but that caller writes. */
let open = () => {};
let gate = Promise.resolve();
const shut = () => {
  gate = new Promise((resolve) => {
    open = resolve;
  });
};
if (FAULT_GATE === 'shut') shut();

const probe = {
  face: 'probe',
  toldOfChanges: true,
  async deliver({ notice }) {
    await gate;
    point('before delivery');
    writeDown(join(FAULT_DIR, 'deliveries.jsonl'), JSON.stringify(notice));
    point('after delivery');
    return { done: true };
  },
};

/** A face whose vendor is a file: what was posted there stays, whatever becomes of this process. */
const posts = join(FAULT_DIR, 'posts.jsonl');
const postedUnder = (key) =>
  (fs.existsSync(posts) ? fs.readFileSync(posts, 'utf8') : '')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
    .find((post) => post.key === key)?.message ?? null;
const vendor = {
  face: 'vendor',
  directPlace: () => null,
  async post({ kind, request, seq }, { key }) {
    await gate;
    point('before post');
    const message = randomBytes(8).toString('hex');
    writeDown(posts, JSON.stringify({ kind, request, seq, key, message }));
    point('after post');
    return { message };
  },
  async edit(_notice, message) {
    await gate;
    point('before edit');
    writeDown(join(FAULT_DIR, 'edits.jsonl'), JSON.stringify({ message }));
    point('after edit');
    return 'edited';
  },
  find: async (_notice, key) => postedUnder(key),
};

/** The product's own sink, with the moments before and after it has the lines. */
const collector = fileSink(join(FAULT_DIR, 'siem.jsonl'));
const sink = {
  name: collector.name,
  async send(lines, signal) {
    point('before send');
    await collector.send(lines, signal);
    point('after send');
  },
};

/** The product's own endpoint, with the moments before and after the other side took what is sent. */
const endpointAt = (url) => {
  const signers = [webhookSigner(`whsec_${Buffer.alloc(32, 7).toString('base64')}`)];
  const settings = {
    name: 'there',
    url,
    address: addressDigest(url),
    types: new Set(OUTBOUND_TYPES),
    signers,
  };
  const there = httpEndpoint(settings, { wall: Date.now, addressRule: () => true });
  return {
    ...there,
    async send(message, signal) {
      await gate;
      point('before event');
      const sent = await there.send(message, signal);
      point('after event');
      return sent;
    },
  };
};

process.on('message', async ({ arm, relay, reload }) => {
  if (reload !== undefined) {
    await keyturn.reload(() => ({ ...config, compile: (personOf) => rulebook(personOf, reload) }));
    process.send({ reloaded: true });
    return;
  }
  if (arm !== undefined && !relay) shut();
  // A `delivered` write that is on its way ends within these turns.
  for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
  if (arm !== undefined) armNext(arm);
  process.send({ armed: true });
  if (relay) open();
});
process.on('disconnect', () => process.exit(1));

const quiet = () => {};
const tell = (message, fields) => void process.stderr.write(`${message} ${JSON.stringify(fields)}\n`);
const config = {
  dataDir: join(FAULT_DIR, 'data'),
  keyDir: join(FAULT_DIR, 'keys'),
  log: 'test/log',
  queue: { driver: 'embedded', concurrency: 1 },
  audit: {
    checkpointEveryMs: 1_000,
    anchors: [{ kind: 'file', path: join(FAULT_DIR, 'anchor.notes') }],
    keys: { checkpoint: null, nextCheckpoint: null, grant: null },
  },
  people: PEOPLE.map((key) => ({ key, accounts: 1 })),
  compile: (personOf) => rulebook(personOf, Number(FAULT_POLICY)),
  listen: { host: '127.0.0.1', port: Number(FAULT_PORT), publicUrl: null },
  admin: { host: '127.0.0.1', port: 0 },
  fixed: { sections: {}, say: (path) => path.join('.') },
};
const keyturn = await compose(config, {
  clock: { wall: () => Date.now(), steady: () => performance.now() },
  random: { bytes: (count) => randomBytes(count) },
  logger: { info: quiet, warn: quiet, error: tell },
  couriers: () => (FAULT_FACE === undefined ? [probe] : []),
  faces: () => (FAULT_FACE === undefined ? [] : [vendor]),
  sinks: FAULT_SINK === undefined ? [] : [sink],
  endpoints: FAULT_ENDPOINT === undefined ? [] : [endpointAt(FAULT_ENDPOINT)],
  onBroken: () => process.exit(74),
});
process.on('SIGTERM', () => keyturn.stop().then(() => process.exit(0)));
process.send({ port: keyturn.port });
