import { copyFileSync, createWriteStream } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { it } from 'vitest';
import { canonicalJson } from '../../../bot/core/canonical-json.ts';
import { GENESIS_PREV, leafHash, commitment } from '../../../store/audit/entry.ts';
import { liveADay } from './day.ts';
import { parse } from './forge.ts';
it('makes', async () => {
  const { world } = await liveADay();
  const log = parse(world.entries());
  const src = new Sqlite(world.file);
  src.exec(`VACUUM INTO '/tmp/vb/big.db'`); src.close();
  const db = new Sqlite('/tmp/vb/big.db');
  db.pragma('foreign_keys=OFF'); db.pragma('journal_mode=OFF'); db.pragma('synchronous=OFF');
  for (const { name } of db.prepare<[], {name: string}>("SELECT name FROM sqlite_schema WHERE type='trigger'").all()) db.exec(`DROP TRIGGER ${name}`);
  const N = Number(process.env['N'] ?? 125_000);
  const head = log.slice(0, 9); const unit = log.slice(9, 17);
  const row = db.prepare('SELECT * FROM requests WHERE number=1').get() as Record<string, unknown>;
  const act = db.prepare('SELECT * FROM actions WHERE number=1').get() as Record<string, unknown>;
  const disc = db.prepare('SELECT * FROM disclosures WHERE seq IN (9,11,13,16)').all() as {seq: number; field: string; salt: Buffer; value: string}[];
  console.log('disclosures per unit', disc.length);
  const hd = db.prepare('SELECT * FROM disclosures WHERE seq < 9').all();
  db.exec('DELETE FROM entries; DELETE FROM requests; DELETE FROM actions; DELETE FROM disclosures; DELETE FROM freezes;');
  const e = db.prepare('INSERT INTO entries VALUES (?,?,?,?,?)');
  const d = db.prepare('INSERT INTO disclosures VALUES (?,?,?,?)');
  for (const x of hd as never[]) d.run(...Object.values(x));
  const rq = db.prepare('INSERT INTO requests VALUES (?,?,?,?,?,?,?,?,?,?)');
  const ac = db.prepare('INSERT INTO actions VALUES (?,?,?)');
  let prev: Uint8Array = GENESIS_PREV; let seq = 0;
  const out = createWriteStream('/tmp/vb/big.jsonl');
  const put = (entry: any, number: number | null) => {
    const bytes = Buffer.from(canonicalJson({ ...entry, seq, prev: Buffer.from(prev).toString('base64') }));
    e.run(seq, prev, entry.type, number, bytes);
    prev = leafHash(bytes); seq++;
    return bytes;
  };
  db.exec('BEGIN');
  const waitFor: Buffer[] = [];
  for (const h of head) waitFor.push(put(h, null), Buffer.from('\n'));
  const t0 = Date.parse(log[9]!['ts'] as string);
  for (let n = 1; n <= N; n++) {
    const base = seq; let last = base;
    const shift = n * 3_000;
    const at = (ts: string) => new Date(Date.parse(ts) + shift).toISOString();
    const id = `req_${(t0 + shift).toString(16).padStart(12, '0')}${String(n).padStart(20, '0')}`;
    for (const u of unit) {
      const x: any = structuredClone(u); x.ts = at(x.ts); x.subject.request = id; x.subject.number = n;
      if (x.data.number) { x.data.number = n; x.data.demands.expires_at = at(x.data.demands.expires_at); }
      if (x.data.usable_until) x.data.usable_until = at(x.data.usable_until);
      waitFor.push(put(x, n), Buffer.from('\n'));
    }
    for (const { seq: s, field, salt, value } of disc) d.run(base + s - 9, field, salt, value);
    rq.run(n, id, row['state'], row['requester'], row['created_at'], row['due_at'], row['waits'], row['twin'], seq - 1, row['body']);
    ac.run(n, act['text'], act['asked']);
    if (waitFor.length > 20000) { const b = Buffer.concat(waitFor); waitFor.length = 0; if (!out.write(b)) await new Promise((r) => out.once('drain', r)); }
  }
  const v = JSON.parse(canonicalJson(head[8]!)).data.version;
  db.exec(`UPDATE facts SET value='${v}' WHERE name='policy'`);
  db.exec('COMMIT');
  db.pragma('journal_mode=WAL');
  out.end(Buffer.concat(waitFor)); await new Promise((r) => out.once('finish', r));
  db.close(); world.close(); world.remove();
}, 600000);
