import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (file: string) => JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'));
const manifest = read('package.json');
const lock = read('package-lock.json');

const GROUPS = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const;
interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly inBundle?: boolean;
  readonly hasInstallScript?: boolean;
}
const packages = Object.entries(lock.packages as Record<string, Locked>).filter(([path]) => path !== '');

it('row 30: the lockfile is in step with package.json', () => {
  const [root] = [lock.packages['']];
  for (const group of GROUPS) expect(root[group] ?? {}, group).toEqual(manifest[group] ?? {});
  for (const group of ['dependencies', 'devDependencies', 'optionalDependencies'] as const) {
    for (const [name, version] of Object.entries<string>(manifest[group] ?? {})) {
      expect(lock.packages[`node_modules/${name}`]?.version, name).toBe(version);
    }
  }
});

it('row 30: every dependency of ours is pinned to one version', () => {
  for (const group of GROUPS) {
    for (const [name, version] of Object.entries<string>(manifest[group] ?? {})) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/);
    }
  }
});

it('row 30: every package comes from the registry, with the hash of what was reviewed', () => {
  expect(packages.length).toBeGreaterThan(100);
  for (const [path, one] of packages) {
    // What is bundled comes inside a package that has a hash.
    if (one.inBundle === true) continue;
    expect(one.link ?? false, path).toBe(false);
    // Where an address is left out, npm takes it from the registry, by name, version and this hash.
    expect(one.resolved ?? 'https://registry.npmjs.org/', path).toMatch(/^https:\/\/registry\.npmjs\.org\//);
    expect(one.integrity, path).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
  }
});

it('row 30: no package runs a script at install that package.json does not speak of', () => {
  const named = Object.keys(manifest.allowScripts);
  const scripted = packages.filter(([, one]) => one.hasInstallScript === true).map(([path]) => path);
  for (const path of scripted) {
    expect(named, path).toContain(path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
  }
});
