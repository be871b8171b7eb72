import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { TROUBLES } from '../helpers/counting-server.ts';

const ROOT = join(import.meta.dirname, '../..');
const page = readFileSync(join(ROOT, '.github/docs/repeats.md'), 'utf8');

/** How something leaves: a call, a connection that is kept, a program that is started. */
const REACHES_OUT =
  /\bfetch\(|\brequest( as \w+)? \} from 'node:https?'|new Redis\(|\.WebClient\(|new SocketModeReceiver\(|ClientTransport\(|\bspawn\(/;

it('the page about repeats names every file that reaches out', () => {
  const sources = ['bot', 'connectors', 'queue', 'store'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${folder}/${name}`),
  );
  const reaching = sources.filter((name) => REACHES_OUT.test(readFileSync(join(ROOT, name), 'utf8')));
  expect(reaching.length).toBeGreaterThan(15);
  // It answers a client with the library's own handler, which is called `fetch`.
  const answers = 'connectors/mcp/handler.ts';
  expect(reaching.filter((name) => name !== answers && !page.includes(`\`${name}\``))).toEqual([]);
});

it('and none that is not there, and as many troubles as are tried', () => {
  const named = [...page.matchAll(/`((?:bot|connectors|queue|store|test)\/[\w./-]+\.ts)`/g)];
  for (const [, name = ''] of named) expect(() => readFileSync(join(ROOT, name))).not.toThrow();
  expect(page).toContain(`one of ${TROUBLES.length} troubles`);
});

it('and the versions that are locked', () => {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages;
  const said = [...page.matchAll(/(@?[\w/-]+) (\d+\.\d+\.\d+)/g)].filter(([, name]) => name !== 'teams-ai');
  expect(said.length).toBeGreaterThan(6);
  for (const [, name, version] of said)
    expect([name, lock[`node_modules/${name}`]?.version]).toEqual([name, version]);
});
