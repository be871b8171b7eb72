import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readPolicyFile } from '../../bot/policy-file/read.ts';

/** There is no Docker where these tests run: what the files say is held to, and nothing is built here. */

const ROOT = join(import.meta.dirname, '../..');
const read = (name: string) => readFileSync(join(ROOT, name), 'utf8');
const dockerfile = read('Dockerfile');
const [, build = '', image = ''] = dockerfile.split(/^FROM /m);
const { services, volumes } = parse(read('compose.yaml'), { merge: true });
const page = read('.github/docs/running.md');

interface Service {
  readonly network_mode?: string;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly env_file?: readonly string[];
}

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
    // The port that the bot listens on by the same variable.
    const path = /127\.0\.0\.1:\$\{process\.env\.PORT \|\| 3000\}(\/\w+)`/.exec(image)?.[1];
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

  it('gives Redis an append-only file, and lets it evict nothing', () => {
    const command = services.redis.command.join(' ');
    expect(command).toContain('--appendonly yes');
    expect(command).toContain('--maxmemory-policy noeviction');
  });

  // A network that is one container's own is another one once that container is started again, and whoever
  // shared it is cut off from then on.
  it('lets all of them share the loopback address of the machine, and opens no port to the outside', () => {
    for (const service of Object.values<Service>(services)) {
      expect(service.network_mode).toBe('host');
      expect(service.ports).toBeUndefined();
    }
    expect(services.redis.command.join(' ')).toContain('--bind 127.0.0.1 ');
    expect(services.keyturn.environment).toEqual({ REDIS_URL: 'redis://127.0.0.1:6379' });
  });

  it('keeps keys and data on volumes of their own, whatever the policy file says of them', () => {
    const mounts = services.keyturn.volumes.map((mount: string) => mount.split(':'));
    expect(mounts).toEqual([
      ['./config', '/config', 'ro'],
      ['data', '/data'],
      ['keys', '/keys'],
    ]);
    expect(Object.keys(volumes)).toEqual(['data', 'keys', 'redis']);
    expect(image).toMatch(/^ENV .*KEYTURN_DATA_DIR=\/data KEYTURN_KEY_DIR=\/keys$/m);
  });

  it.each(['worker-1', 'worker-2'])('gives %s the public key, and neither keys nor data', (name) => {
    const worker = services[name];
    expect(worker.volumes).toEqual(['./grant:/config:ro']);
    expect(worker.environment).toEqual({
      REDIS_URL: services.keyturn.environment.REDIS_URL,
      // Plain http is taken on the loopback address only.
      KEYTURN_URL: 'http://127.0.0.1:3000',
      KEYTURN_GRANT_PUB: '/config/grant.pub',
    });
    expect(worker.command).toEqual(['keyturn', 'worker']);
    expect(image).toContain('ln -s /app/dist/bot/cli/keyturn.js /usr/local/bin/keyturn');
    expect(worker.depends_on).toContain('keyturn');
    const drain = Number(/DRAIN = (\d+)/.exec(read('bot/cli/worker.ts'))?.[1]);
    expect(Number.parseInt(worker.stop_grace_period, 10)).toBeGreaterThan(drain);
  });

  it('keeps what is secret in files that no container sees, and no commit takes', () => {
    for (const name of ['keyturn', 'worker-1', 'worker-2'])
      expect(services[name].env_file).toEqual([`./env/${name}.env`]);
    const mounted = Object.values<Service>(services).flatMap(({ volumes: some = [] }) => some);
    expect(mounted.filter((mount) => mount.startsWith('./'))).toEqual([
      './config:/config:ro',
      './grant:/config:ro',
      './grant:/config:ro',
    ]);
    const ignored = read('.gitignore').split('\n');
    expect(ignored).toEqual(expect.arrayContaining(['/config/', '/env/', '/grant/', '/*.token']));
  });

  it('waits longer for a stop than the bot waits for what runs', () => {
    const drain = Number(/DRAIN_MS = ([\d_]+)/.exec(read('bot/start-execution.ts'))?.[1]?.replace('_', ''));
    expect(drain).toBeGreaterThan(0);
    expect(Number.parseInt(services.keyturn.stop_grace_period, 10) * 1000).toBeGreaterThan(drain);
  });
});

describe('the page on it', () => {
  const block = (name: string) =>
    new RegExp(`\`\`\`bash compose=${name}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? '';

  it('makes each folder and file that compose.yaml names, before it is read for the first time', () => {
    const [first = '', second = ''] = block('tokens').split('\n');
    expect(second).toBe('docker compose build');
    for (const { env_file, volumes: some = [] } of Object.values<Service>(services)) {
      for (const file of env_file ?? []) expect(first).toContain(` ${file.slice(2)}`);
      for (const mount of some.filter((one) => one.startsWith('./')))
        expect(first).toContain(` ${mount.slice(2, mount.indexOf(':'))} `);
    }
  });

  it('has a policy that loads, with a worker for each of the two', () => {
    const yaml = /<<END\n([\s\S]*?)END\n/.exec(block('policy'))?.[1] ?? '';
    let hashes = 0;
    const policy = readPolicyFile(
      yaml.replaceAll(/\$\(hash [\w-]+\)/g, () => String(++hashes).padStart(64, '0')),
    );
    expect(policy).toMatchObject({ ok: true });
    expect(hashes).toBe(4);
    expect(policy.ok && Object.keys(policy.file.workers ?? {})).toHaveLength(2);
  });

  it('names no service that there is not', () => {
    const named = [
      ...page.matchAll(/docker compose (?:run|exec|up|stop|cp)((?: -[-\w]+)*) ([a-z][a-z0-9-]+)/g),
    ];
    expect(named.length).toBeGreaterThan(4);
    for (const [, , service = ''] of named) expect(Object.keys(services)).toContain(service);
  });
});
