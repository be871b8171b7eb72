import { spawnSync } from 'node:child_process';
import { createHash, createHmac, createPublicKey, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { logFooter } from '../../../bot/core/log-footer.ts';
import type { PersonId } from '../../../bot/core/request.ts';
import { GENESIS_PREV, leafHash, writeEntry } from '../../../store/audit/entry.ts';
import { findNotes } from '../../../store/audit/find-notes.ts';
import { readVerifierKey } from '../../../store/audit/verifier-key.ts';
import { createLogVerifier } from '../../../store/audit/verify-log.ts';
import { aSigningKey } from '../../helpers/log-context.ts';

const README = readFileSync('store/audit/README.md', 'utf8');

function example(name: string): string {
  const block = new RegExp(`\`\`\`\\w+ example=${name}\n(.*?)\n\`\`\``, 's').exec(README)?.[1];
  if (block === undefined) throw new Error(`store/audit/README.md has no example ${name}`);
  return block;
}

const ENTRIES = example('entries').split('\n');
const SALT = Buffer.alloc(32, 7);

const KEY = aSigningKey(7);

it('writes the entries of the worked example, byte for byte', () => {
  const place = (seq: number, prev: Uint8Array) => ({
    log: 'example/log/1',
    seq,
    id: `evt_${String(seq).padStart(32, '0')}`,
    prev,
    software: 'keyturn/0.1.0',
    salt: () => SALT,
  });
  const at = Date.UTC(2026, 10, 22, 10);
  const actor = { kind: 'keyturn' } as const;
  const person = 'psn_00112233445566778899aabbccddeeff' as PersonId;
  const events = [
    { type: 'log.started', clean: false },
    { type: 'log.key_rotated', previous: null, next: example('verifier-key') },
    { type: 'identity.linked', person, accounts: 1, text: { key: 'alice' } },
  ] as const;
  let prev = GENESIS_PREV;
  const written = events.map((event, seq) => {
    const { bytes } = writeEntry(place(seq, prev), event, actor, at, null);
    prev = leafHash(bytes);
    return Buffer.from(bytes).toString();
  });
  expect(written).toEqual(ENTRIES);
});

/** As the page says it, in one line each: no code of ours between the page and node:crypto. */
const sha256 = (...parts: readonly (string | Uint8Array)[]) =>
  createHash('sha256')
    .update(Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array))))
    .digest();
const leafOf = (entry: string) => sha256(Buffer.of(0), Buffer.from(entry));
const nodeOf = (left: Uint8Array, right: Uint8Array) => sha256(Buffer.of(1), left, right);

it('has hashes and a commitment that come out the same by node:crypto alone', () => {
  const leaves = ENTRIES.map(leafOf);
  expect(leaves.map((leaf) => leaf.toString('hex'))).toEqual(example('leaf-hashes').split('\n'));
  const read = ENTRIES.map((entry) => JSON.parse(entry) as { prev: string; d: { key: string } });
  expect(read.map(({ prev }) => prev).slice(1)).toEqual(
    leaves.slice(0, 2).map((leaf) => leaf.toString('base64')),
  );
  const commitment = createHmac('sha256', SALT).update('"alice"').digest('base64');
  expect([read[2]?.d.key, example('commitment')]).toEqual([commitment, commitment]);
});

it('has a root, a key, a checkpoint and a proof that come out the same by node:crypto alone', () => {
  const [zero, one, two] = ENTRIES.map(leafOf) as [Buffer, Buffer, Buffer];
  const root = nodeOf(nodeOf(zero, one), two);
  expect(example('root')).toBe(root.toString('hex'));

  const publicKey = createPublicKey(KEY);
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const typed = Buffer.concat([Buffer.of(1), raw]);
  const id = sha256(Buffer.from('example/log/1\n'), typed).subarray(0, 4);
  expect(example('verifier-key')).toBe(`example/log/1+${id.toString('hex')}+${typed.toString('base64')}`);

  const text = `example/log/1\n3\n${root.toString('base64')}\n`;
  const signature = Buffer.concat([id, sign(null, Buffer.from(text), KEY)]).toString('base64');
  const note = `${text}\n— example/log/1 ${signature}`;
  expect(example('checkpoint')).toBe(note);
  const path = nodeOf(zero, one).toString('base64');
  expect(example('proof')).toBe(`c2sp.org/tlog-proof@v1\nindex 2\n${path}\n\n${note}`);
});

it('has a shell line that prints those hashes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-example-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'entries.jsonl'), `${example('entries')}\n`);
  const shell = spawnSync('bash', ['-c', example('shell')], { cwd: folder, encoding: 'utf8' });
  expect(shell.stdout.trim()).toBe(example('leaf-hashes'));
});

it('shows a log that the verifier takes, with its checkpoint and a footer from outside', () => {
  const key = readVerifierKey(example('verifier-key'));
  if ('why' in key) throw new Error(key.why);
  const checkpoint = { name: 'checkpoint', note: Buffer.from(`${example('checkpoint')}\n`) };
  const [, , hash = ''] = example('leaf-hashes').split('\n');
  const outside = [{ name: 'a card', ...findNotes(logFooter(2, hash)) }];
  const verifier = createLogVerifier({ key: key.key, checkpoint, older: [], outside });
  for (const entry of ENTRIES) verifier.take(Buffer.from(entry));
  expect(verifier.finish()).toMatchObject({ usable: true, problem: null, entries: 3, confirmed: 3 });
});
