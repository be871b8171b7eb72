import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from '../../bot/commands/parse.ts';

const ROOT = join(import.meta.dirname, '../..');
const BUILD = join(ROOT, 'manifest/teams/build.mjs');
const APP_ID = '99999999-8888-7777-6666-555555555555';
const PLACEHOLDER = '00000000-0000-0000-0000-000000000000';
// biome-ignore lint/suspicious/noExplicitAny: a manifest is whatever the file says, and is asserted on
const manifest: any = JSON.parse(readFileSync(join(ROOT, 'manifest/teams/manifest.json'), 'utf8'));

function built(appId: string) {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-teams-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'out.zip');
  const ended = spawnSync(process.execPath, [BUILD, appId, file], { encoding: 'utf8' });
  return { ...ended, file };
}

/** The files of a zip that stores them: read by its central directory, as unzip does. */
function unzipped(bytes: Buffer): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  let at = bytes.readUInt32LE(bytes.length - 6);
  for (let left = bytes.readUInt16LE(bytes.length - 12); left > 0; left -= 1) {
    expect(bytes.toString('latin1', at, at + 4)).toBe('PK\x01\x02');
    const [size, name, local] = [
      bytes.readUInt32LE(at + 24),
      bytes.readUInt16LE(at + 28),
      bytes.readUInt32LE(at + 42),
    ];
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    files.set(bytes.toString('utf8', at + 46, at + 46 + name), bytes.subarray(start, start + size));
    at += 46 + name;
  }
  return files;
}

describe('manifest/teams/manifest.json', () => {
  it('stays within the lengths that Teams takes', () => {
    expect(manifest.manifestVersion).toBe('1.19');
    expect(manifest.$schema).toContain('/v1.19/');
    expect(manifest.name.short.length).toBeLessThanOrEqual(30);
    expect(manifest.name.full.length).toBeLessThanOrEqual(100);
    expect(manifest.description.short.length).toBeLessThanOrEqual(80);
    expect(manifest.description.full.length).toBeLessThanOrEqual(4_000);
    const [{ commandLists }] = manifest.bots;
    for (const { commands } of commandLists) {
      expect(commands.length).toBeLessThanOrEqual(10);
      for (const { title, description } of commands) {
        expect(title.length).toBeLessThanOrEqual(32);
        expect(description.length).toBeLessThanOrEqual(128);
      }
    }
  });

  it('has one bot for channels, chats and people, and asks for no right beside it', () => {
    const [bot, ...more] = manifest.bots;
    expect(more).toEqual([]);
    expect([...bot.scopes].sort()).toEqual(['groupChat', 'personal', 'team']);
    expect(bot).toMatchObject({ botId: PLACEHOLDER, supportsFiles: true, isNotificationOnly: false });
    expect(manifest.id).toBe(PLACEHOLDER);
    for (const key of [
      'permissions',
      'authorization',
      'webApplicationInfo',
      'composeExtensions',
      'staticTabs',
    ])
      expect(manifest).not.toHaveProperty(key);
    expect(manifest.validDomains).toEqual([]);
  });

  it('lists commands that the shared grammar knows, by the words that it takes', () => {
    const [{ commandLists }] = manifest.bots;
    for (const { title, description } of commandLists[0].commands) {
      const example = /^([a-z ]+ 1042(?: why)?):/.exec(description)?.[1] ?? title;
      expect(example.startsWith(title)).toBe(true);
      expect(parse(example), example).toMatchObject({ ok: true });
    }
  });
});

describe('manifest/teams/build.mjs', () => {
  it('makes a package of the manifest with this app id, and two icons of the sizes that Teams takes', () => {
    const { status, file } = built(APP_ID);
    expect(status).toBe(0);
    const files = unzipped(readFileSync(file));
    expect([...files.keys()].sort()).toEqual(['color.png', 'manifest.json', 'outline.png']);
    const text = files.get('manifest.json')?.toString('utf8') ?? '';
    expect(text).not.toContain(PLACEHOLDER);
    expect(JSON.parse(text)).toMatchObject({ id: APP_ID, bots: [{ botId: APP_ID }] });
    for (const [name, size] of [
      ['color.png', 192],
      ['outline.png', 32],
    ] as const) {
      const png = files.get(name) ?? Buffer.alloc(0);
      expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([size, size]);
      expect(manifest.icons).toMatchObject({ [name.replace('.png', '')]: name });
    }
    // The outline is white on nothing, without any other colour.
    const outline = files.get('outline.png') ?? Buffer.alloc(0);
    const pixels = inflateSync(outline.subarray(41, 41 + outline.readUInt32BE(33)));
    for (let at = 0; at < pixels.length; at += 1) {
      if (at % 129 !== 0 && (at % 129) % 4 !== 0) expect(pixels[at]).toBe(255);
    }
  });

  it.each(['', 'keyturn', PLACEHOLDER.toUpperCase().replace('0', 'A')])(
    'refuses "%s" as an app id',
    (appId) => {
      const { status, stderr } = built(appId);
      expect(status).toBe(78);
      expect(stderr).toContain('APP_ID must be');
    },
  );
});
