import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import { SOUND } from '../bot/policy-file/sound-policy.ts';
import { Folder, freePort, type Running } from './folder.ts';

const DENY = `  - id: no-deploys
    match: { action: "deploy.*" }
    effect: deny
`;

interface Serving {
  readonly folder: Folder;
  readonly server: Running;
  readonly file: string;
  readonly entries: (type: string) => { readonly data: Record<string, unknown>; readonly seq: number }[];
  readonly textOf: (seq: number) => string;
}

async function serve(place: (folder: Folder, text: string) => string): Promise<Serving> {
  const folder = new Folder();
  const port = await freePort();
  const text = SOUND.replace('version: 1\n', `version: 1\nlisten: { port: ${port} }\n`);
  const file = place(folder, text);
  const server = folder.keyturn(['serve', '--config', file]);
  await server.said(/"msg":"listening"/);
  const read = <T>(sql: string, ...values: unknown[]) => {
    const db = new Sqlite(join(folder.path, 'data', 'keyturn.db'), { readonly: true });
    try {
      return db.prepare<unknown[], T>(sql).all(...values);
    } finally {
      db.close();
    }
  };
  return {
    folder,
    server,
    file,
    entries: (type) =>
      read<{ seq: number; bytes: Buffer }>(
        'SELECT seq, bytes FROM entries WHERE type = ? ORDER BY seq',
        type,
      ).map(({ seq, bytes }) => ({ seq, data: JSON.parse(bytes.toString('utf8')).data })),
    textOf: (seq) =>
      read<{ value: string }>('SELECT value FROM disclosures WHERE seq = ?', seq)
        .map(({ value }) => JSON.parse(value) as string)
        .join('\n'),
  };
}

const inFolder = (folder: Folder, text: string): string => {
  const file = join(folder.path, 'keyturn.yaml');
  writeFileSync(file, text);
  return file;
};

it('takes another policy by itself when the file is replaced, and says in the log how it differs', {
  timeout: 60_000,
}, async () => {
  const { server, file, entries, textOf } = await serve(inFolder);
  writeFileSync(`${file}.new`, readFileSync(file, 'utf8') + DENY);
  renameSync(`${file}.new`, file);
  await server.said(/"msg":"the policy file was loaded"/);
  const [first, second] = entries('policy.loaded');
  expect(second?.data['previous']).toBe(first?.data['version']);
  expect(second?.data['version']).not.toBe(first?.data['version']);
  expect(textOf(second?.seq ?? 0)).toContain(
    '+ rules.no-deploys: {"effect":"deny","exclude":[],"id":"no-deploys","match":{"action":"deploy.*"},"replaces_default":false}',
  );
});

it('refuses a broken file whole, by line, on SIGHUP, and takes the next one', {
  timeout: 60_000,
}, async () => {
  const { server, file, entries, textOf } = await serve(inFolder);
  const sound = readFileSync(file, 'utf8');
  writeFileSync(file, sound.replace('plan: two-keys', 'plan: three-keys'));
  server.child.kill('SIGHUP');
  const line = sound.split('\n').findIndex((one) => one.includes('plan: two-keys')) + 1;
  const [, problem] = await server.said(/"problems":\["([^"]+)"/);
  expect(problem).toContain(`keyturn.yaml:${line}: rules[0].plan: there is no plan`);
  const [refused] = entries('policy.refused');
  expect(refused?.data['problems']).toBe(1);
  expect(textOf(refused?.seq ?? 0)).toContain(`:${line}: rules[0].plan: there is no plan "three-keys"`);
  expect(entries('policy.loaded')).toHaveLength(1);
  writeFileSync(file, sound + DENY);
  server.child.kill('SIGHUP');
  await server.said(/"msg":"the policy file was loaded"/);
  expect(server.child.exitCode).toBeNull();
});

it('names what it cannot change while it runs, with the line', { timeout: 60_000 }, async () => {
  const { server, file, entries } = await serve(inFolder);
  const text = readFileSync(file, 'utf8').replace(
    /listen: [^\n]+/,
    'listen: { port: 1 }\ndata_dir: ./elsewhere',
  );
  writeFileSync(file, text);
  server.child.kill('SIGHUP');
  await server.said(/"msg":"the policy file was refused/);
  expect(server.stderr).toMatch(/keyturn\.yaml:2: listen\.port: cannot change while Keyturn runs/);
  expect(server.stderr).toMatch(/keyturn\.yaml:3: data_dir: cannot change while Keyturn runs/);
  expect(entries('policy.loaded')).toHaveLength(1);
});

it('follows a ConfigMap: the links are swapped, and the file itself never changes', {
  timeout: 60_000,
}, async () => {
  const version = (folder: Folder, name: string, text: string) => {
    mkdirSync(join(folder.path, name));
    writeFileSync(join(folder.path, name, 'keyturn.yaml'), text);
  };
  const { folder, server, entries } = await serve((made, text) => {
    version(made, '..1', text);
    version(made, '..2', text + DENY);
    symlinkSync('..1', join(made.path, '..data'));
    symlinkSync('..data/keyturn.yaml', join(made.path, 'keyturn.yaml'));
    return join(made.path, 'keyturn.yaml');
  });
  symlinkSync('..2', join(folder.path, '..data_tmp'));
  renameSync(join(folder.path, '..data_tmp'), join(folder.path, '..data'));
  await server.said(/"msg":"the policy file was loaded"/);
  expect(entries('policy.loaded')).toHaveLength(2);
  server.child.kill('SIGTERM');
  expect((await server.ended).code).toBe(0);
});

it('says at a restart with another file how that one differs', { timeout: 60_000 }, async () => {
  const { folder, server, file, entries, textOf } = await serve(inFolder);
  server.child.kill('SIGTERM');
  await server.ended;
  writeFileSync(file, readFileSync(file, 'utf8') + DENY);
  const again = folder.keyturn(['serve', '--config', file]);
  await again.said(/"msg":"listening"/);
  const [, second] = entries('policy.loaded');
  expect(textOf(second?.seq ?? 0)).toContain('+ rules.no-deploys');
});
