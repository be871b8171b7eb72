// Named points of a process, watched from outside: SQLite, files and answers. No product code knows of
// this. At the point that its test names, the process ends or stops itself.
import fs from 'node:fs';
import { ServerResponse } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';

const { openSync, writeSync, fsyncSync, closeSync } = fs;
const dir = process.env.FAULT_DIR;

/** What fires next, or null. The (skip + 1)th point with that name, in a batch of at least that many works. */
let armed = process.env.FAULT_ARM === undefined ? null : JSON.parse(process.env.FAULT_ARM);
let works = 0;
const onRuns = [];

export function arm(next) {
  armed = next;
}

/** `watch` gets the name of every statement that ran, and its database. */
export function onRun(watch) {
  onRuns.push(watch);
}

export function point(name) {
  if (name === 'before BEGIN IMMEDIATE') works = 0;
  if (name === 'before SAVEPOINT work') works += 1;
  if (armed === null || (armed.name ?? name) !== name || (armed.works ?? 0) > works) return;
  if (armed.skip > 0) {
    armed.skip -= 1;
    return;
  }
  const { signal = 'SIGKILL' } = armed;
  armed = null;
  // On disk before the end, or the test could not tell this end from another.
  writeDown(join(dir, 'marker'), JSON.stringify({ point: name, works }));
  process.kill(process.pid, signal);
}

export function writeDown(file, line) {
  const handle = openSync(file, 'a', 0o600);
  writeSync(handle, `${line}\n`);
  fsyncSync(handle);
  closeSync(handle);
}

const { prepare, exec, pragma } = Sqlite.prototype;
Sqlite.prototype.prepare = function (sql) {
  const statement = prepare.call(this, sql);
  const { run } = statement;
  const name = /^\w+(?: OR \w+)?(?: INTO| FROM)?(?: \w+)?/.exec(sql)?.[0] ?? sql;
  statement.run = (...values) => {
    point(`before ${name}`);
    const result = run.apply(statement, values);
    if (name === 'RELEASE work' || name === 'COMMIT') point(`after ${name}`);
    for (const watch of onRuns) watch(name, this);
    return result;
  };
  return statement;
};
Sqlite.prototype.exec = function (sql) {
  point('before exec');
  const result = exec.call(this, sql);
  point('after exec');
  return result;
};
Sqlite.prototype.pragma = function (text, options) {
  point(`before PRAGMA ${text}`);
  return pragma.call(this, text, options);
};
for (const name of ['mkdirSync', 'openSync', 'chmodSync', 'writeFileSync', 'fsyncSync', 'renameSync']) {
  const original = fs[name];
  fs[name] = (...values) => {
    point(`before ${name}`);
    return original(...values);
  };
}
syncBuiltinESMExports();

const { end } = ServerResponse.prototype;
ServerResponse.prototype.end = function (...values) {
  point('before the answer');
  this.once('finish', () => point('after the answer'));
  return end.apply(this, values);
};
