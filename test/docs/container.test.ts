import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

/** There is no Docker where these tests run: what the files say is held to, and nothing is built here. */

const ROOT = join(import.meta.dirname, '../..');
const read = (name: string) => readFileSync(join(ROOT, name), 'utf8');
const dockerfile = read('Dockerfile');
const [, build = '', image = ''] = dockerfile.split(/^FROM /m);
const { services, volumes } = parse(read('compose.yaml'));

describe('the image', () => {
  it('runs as a user of its own, and gives it its two folders alone', () => {
    const user = /^USER (\d+)$/m.exec(image)?.[1];
    expect(Number(user)).toBeGreaterThan(0);
    expect(image).toContain(`--uid ${user} `);
    expect(image).toMatch(/install -d -m 0700 -o keyturn -g keyturn \/data \/keys/);
    expect(image.indexOf('USER')).toBeLessThan(image.indexOf('\nCMD'));
  });

  it('holds no compiler, no development dependency and no source', () => {
    expect(build).toContain('npm prune --omit=dev');
    expect(build).toMatch(/-name '\*\.map' -o -name '\*\.d\.ts'.* -delete/);
    expect(image).not.toMatch(/apt-get|g\+\+|npm /);
    const copied = [...image.matchAll(/^COPY --from=build \/app\/(\S+)/gm)].map(([, path]) => path);
    expect(copied).toEqual(['package.json', 'node_modules', 'dist', 'manifest']);
  });

  it('copies only what is in the repository, and keeps out everything else', () => {
    const copied = [...build.matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, paths = '']) => paths.split(' '));
    for (const path of copied) expect([path, existsSync(join(ROOT, path))]).toEqual([path, true]);
    const ignore = read('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(ignore[0]).toBe('*');
    expect(ignore.slice(1).map((line) => line.slice(1))).toEqual(copied);
  });

  it('starts what npm start starts, and asks a path that exists whether it lives', () => {
    const start = JSON.parse(read('package.json')).scripts.start as string;
    const command = JSON.parse(/^CMD (\[.+\])$/m.exec(image)?.[1] ?? '[]') as string[];
    expect(command.join(' ')).toBe(start);
    const path = /127\.0\.0\.1:3000(\/\w+)/.exec(image)?.[1];
    expect(read('connectors/http/app.ts')).toContain(`'${path}'`);
  });
});

describe('compose.yaml', () => {
  it.each(['keyturn', 'redis', 'worker-1', 'worker-2'])(
    'gives %s a root that is read only, and no privileges',
    (name) => {
      expect(services[name]).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      });
    },
  );

  it('gives Redis an append-only file, lets it evict nothing, and opens it to nobody outside', () => {
    const command = services.redis.command.join(' ');
    expect(command).toContain('--appendonly yes');
    expect(command).toContain('--maxmemory-policy noeviction');
    expect(services.redis.ports).toBeUndefined();
  });

  it('keeps keys and data on volumes of their own, and opens the bot to this machine only', () => {
    const mounts = services.keyturn.volumes.map((mount: string) => mount.split(':'));
    expect(mounts).toEqual([
      ['./config', '/config', 'ro'],
      ['data', '/data'],
      ['keys', '/keys'],
    ]);
    expect(Object.keys(volumes)).toEqual(['data', 'keys', 'redis']);
    for (const port of services.keyturn.ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it.each(['worker-1', 'worker-2'])('gives %s the public key, and neither keys nor data', (name) => {
    const worker = services[name];
    expect(worker.volumes).toEqual(['./config/grant.pub:/config/grant.pub:ro']);
    expect(worker.environment.KEYTURN_GRANT_PUB).toBe('/config/grant.pub');
    // Plain http is taken on the loopback address only, so it has to be the bot's.
    expect([worker.network_mode, worker.environment.KEYTURN_URL]).toEqual([
      'service:keyturn',
      'http://127.0.0.1:3000',
    ]);
    expect(worker.environment.REDIS_URL).toBe(services.keyturn.environment.REDIS_URL);
    expect(worker.command).toEqual(['node', 'dist/bot/cli/keyturn.js', 'worker']);
    expect(worker.env_file).toEqual([`./config/${name}.env`]);
    const drain = Number(/DRAIN = (\d+)/.exec(read('bot/cli/worker.ts'))?.[1]);
    expect(Number.parseInt(worker.stop_grace_period, 10)).toBeGreaterThan(drain);
  });

  it('waits longer for a stop than the bot waits for what runs', () => {
    const drain = Number(/DRAIN_MS = ([\d_]+)/.exec(read('bot/start-execution.ts'))?.[1]?.replace('_', ''));
    expect(drain).toBeGreaterThan(0);
    expect(Number.parseInt(services.keyturn.stop_grace_period, 10) * 1000).toBeGreaterThan(drain);
  });
});
