import { spawnSync } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { PersonId } from '../../../bot/core/request.ts';
import { GENESIS_PREV, leafHash, writeEntry } from '../../../store/audit/entry.ts';
import { verifyEntries } from '../../../store/audit/verify.ts';

const README = readFileSync('store/audit/README.md', 'utf8');

function example(name: string): string {
  const block = new RegExp(`\`\`\`\\w+ example=${name}\n(.*?)\n\`\`\``, 's').exec(README)?.[1];
  if (block === undefined) throw new Error(`store/audit/README.md has no example ${name}`);
  return block;
}

const ENTRIES = example('entries').split('\n');
const SALT = Buffer.alloc(32, 7);

it('writes the two entries of the worked example, byte for byte', () => {
  const place = (seq: number, prev: Uint8Array) => ({
    log: 'example/log',
    seq,
    id: `evt_${String(seq).padStart(32, '0')}`,
    prev,
    software: 'keyturn/0.1.0',
    salt: () => SALT,
  });
  const at = Date.UTC(2026, 10, 22, 10);
  const actor = { kind: 'keyturn' } as const;
  const first = writeEntry(place(0, GENESIS_PREV), { type: 'log.started', clean: false }, actor, at, null);
  const person = 'psn_00112233445566778899aabbccddeeff' as PersonId;
  const linked = { type: 'identity.linked', person, accounts: 1, text: { key: 'alice' } } as const;
  const second = writeEntry(place(1, leafHash(first.bytes)), linked, actor, at, null);
  expect([first, second].map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(ENTRIES);
});

it('has hashes and a commitment that come out the same by node:crypto alone', () => {
  const leaves = ENTRIES.map((entry) => createHash('sha256').update('\0').update(entry).digest());
  expect(leaves.map((leaf) => leaf.toString('hex'))).toEqual(example('leaf-hashes').split('\n'));
  const [, second] = ENTRIES.map((entry) => JSON.parse(entry) as { prev: string; d: { key: string } });
  expect(second?.prev).toBe(leaves[0]?.toString('base64'));
  const commitment = createHmac('sha256', SALT).update('"alice"').digest('base64');
  expect([second?.d.key, example('commitment')]).toEqual([commitment, commitment]);
});

it('has a shell line that prints those hashes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-example-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'entries.jsonl'), `${example('entries')}\n`);
  const shell = spawnSync('bash', ['-c', example('shell')], { cwd: folder, encoding: 'utf8' });
  expect(shell.stdout.trim()).toBe(example('leaf-hashes'));
});

it('shows entries that the verifier takes', async () => {
  const verdict = await verifyEntries(ENTRIES.map((entry) => Buffer.from(entry)));
  expect(verdict).toMatchObject({ usable: true, problem: null, entries: 2 });
});
