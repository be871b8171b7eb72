import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { formatCheckpoint, parseCheckpoint } from '../../../store/audit/checkpoint.ts';
import { leafHash } from '../../../store/audit/entry.ts';
import { isLowOrder } from '../../../store/audit/low-order.ts';
import { createNoteSigner, openNote, signNote } from '../../../store/audit/note.ts';
import { formatTlogProof, parseTlogProof } from '../../../store/audit/tlog-proof.ts';
import { readVerifierKey, toVerifierKey, type VerifierKey } from '../../../store/audit/verifier-key.ts';
import { sharedDir, skipUnless } from '../../helpers/require.ts';

const hasVectors = sharedDir() !== null;
const readJson = (path: string) => JSON.parse(readFileSync(join(sharedDir() ?? '', 'vectors', path), 'utf8'));

interface GoNote {
  readonly keys: Readonly<Record<string, { readonly vkey: string }>>;
  readonly badVkeys: readonly string[];
  readonly text: string;
  readonly good: readonly { readonly note: string; readonly verifiedBy: readonly string[] }[];
  readonly malformed: readonly string[];
  readonly malformedBase64: readonly string[];
  readonly invalidSignature: readonly string[];
  readonly parseTree: { readonly good: string; readonly bad: readonly string[]; readonly leaf: string };
  readonly realCheckpoint: { readonly vkey: string; readonly note: string };
}

function keyOf(text: string): VerifierKey {
  const read = readVerifierKey(text);
  if ('why' in read) throw new Error(read.why);
  return read.key;
}

const bytes = (text: string) => Buffer.from(text, 'utf8');

it("opens Go's notes, and says which of the given keys signed", (context) => {
  skipUnless(context, 'shared', hasVectors);
  const { keys, good } = readJson('signed-note/go-note.json') as GoNote;
  const all = Object.values(keys).map(({ vkey }) => keyOf(vkey));
  for (const { note, verifiedBy } of good) {
    const opened = openNote(bytes(note), all);
    expect('signedBy' in opened && opened.signedBy.map(({ name }) => name)).toEqual(verifiedBy);
  }
});

it("opens none of Go's malformed notes, and none with a signature that does not hold", (context) => {
  skipUnless(context, 'shared', hasVectors);
  const { keys, malformed, malformedBase64, invalidSignature, good, text } = readJson(
    'signed-note/go-note.json',
  ) as GoNote;
  const all = Object.values(keys).map(({ vkey }) => keyOf(vkey));
  const line = good[0]?.note.slice(text.length + 1) ?? '';
  const tooMany = `${text}\n${line.repeat(101)}`;
  const broken = [...malformed.map(bytes), ...malformedBase64.map((one) => Buffer.from(one, 'base64'))];
  for (const note of [...broken, bytes(tooMany)]) {
    expect(openNote(note, all)).toEqual({ why: 'it is no signed note' });
  }
  for (const note of invalidSignature) {
    expect(openNote(bytes(note), all)).toEqual({ why: expect.stringContaining('does not hold') });
  }
});

it('reads no other verifier key than the one that was written', (context) => {
  skipUnless(context, 'shared', hasVectors);
  const { keys, badVkeys } = readJson('signed-note/go-note.json') as GoNote;
  const vkey = keys['PeterNeumann']?.vkey ?? '';
  const cut = Array.from({ length: vkey.length }, (_, from) =>
    Array.from({ length: vkey.length - from }, (__, length) => vkey.slice(from, from + length + 1)),
  ).flat();
  const changed = Array.from(vkey, (character, at) => {
    const next = String.fromCharCode(character.charCodeAt(0) + 1);
    return vkey.slice(0, at) + next + vkey.slice(at + 1);
  });
  const bad = [...cut.filter((one) => one !== vkey), ...changed, ...badVkeys, '', `${vkey}\n`];
  expect(bad.filter((one) => 'key' in readVerifierKey(one))).toEqual([]);
  expect(keyOf(vkey).name).toBe('PeterNeumann');
});

it('opens the example of C2SP and a checkpoint of sum.golang.org', (context) => {
  skipUnless(context, 'shared', hasVectors);
  const c2sp = readJson('signed-note/c2sp-examples.json') as {
    readonly note: { readonly vkey: string; readonly note: string };
    readonly checkpointSyntax: string;
    readonly cosignedCheckpointSyntax: string;
  };
  expect(openNote(bytes(c2sp.note.note), [keyOf(c2sp.note.vkey)])).toMatchObject({
    text: 'This is an example message.\n',
  });
  const { realCheckpoint, parseTree } = readJson('signed-note/go-note.json') as GoNote;
  const opened = openNote(bytes(realCheckpoint.note), [keyOf(realCheckpoint.vkey)]);
  const read = parseCheckpoint('text' in opened ? opened.text : '');
  expect(read).toMatchObject({ origin: 'go.sum database tree', size: 35_225_469 });
  const tree = parseCheckpoint(parseTree.good);
  expect('root' in tree && Buffer.from(tree.root)).toEqual(leafHash(bytes(parseTree.leaf)));
  for (const note of [c2sp.checkpointSyntax, c2sp.cosignedCheckpointSyntax]) {
    const text = note.slice(0, note.indexOf('\n\n') + 1);
    expect(parseCheckpoint(text)).toMatchObject({ origin: 'example.com/behind-the-sofa', size: 20_852_163 });
  }
});

it('parses no checkpoint and no tlog-proof that is malformed', (context) => {
  skipUnless(context, 'shared', hasVectors);
  const formats = readJson('tlog-proof/formats.json') as {
    readonly bad: readonly string[];
    readonly checkpointBad: readonly string[];
    readonly marshal: readonly {
      readonly index: number;
      readonly checkpoint: string;
      readonly text: string;
    }[];
  };
  const { parseTree } = readJson('signed-note/go-note.json') as GoNote;
  // The first of Go's is another log's checkpoint, which its reader is bound to: a matter of the origin.
  const bad = [...formats.checkpointBad, ...parseTree.bad.slice(1)];
  expect(bad.filter((text) => !('why' in parseCheckpoint(text)))).toEqual([]);
  expect(formats.bad.filter((text) => !('why' in parseTlogProof(text)))).toEqual([]);
  for (const { index, checkpoint, text } of formats.marshal) {
    expect(formatTlogProof({ index, hashes: [], checkpoint })).toBe(text);
    expect(parseTlogProof(text)).toEqual({ index, hashes: [], checkpoint });
  }
});

it('takes no key of low order, in any of its spellings', (context) => {
  skipUnless(context, 'shared', hasVectors);
  const { lowOrderKeysHex, nonCanonicalKeysHex } = readJson('cctv-ed25519/low-order-keys.json') as Record<
    'lowOrderKeysHex' | 'nonCanonicalKeysHex',
    readonly string[]
  >;
  const bad = [...lowOrderKeysHex, ...nonCanonicalKeysHex].map((one) => Buffer.from(one, 'hex'));
  expect(bad.filter((key) => !isLowOrder(key))).toEqual([]);
  for (const key of bad) {
    const publicKey = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: key.toString('base64url') },
      format: 'jwk',
    });
    expect(() => toVerifierKey('log.example', publicKey)).toThrow('of low order');
  }
  const vectors = readJson('cctv-ed25519/ed25519vectors.json') as readonly {
    readonly key: string;
    readonly flags: readonly string[] | null;
  }[];
  for (const { key, flags } of vectors) {
    const mustGo = flags?.includes('low_order_A') === true || flags?.includes('non_canonical_A') === true;
    expect(isLowOrder(Buffer.from(key, 'hex'))).toBe(mustGo);
  }
});

it('verifies Ed25519 as Wycheproof says', (context) => {
  skipUnless(context, 'shared', hasVectors);
  const { testGroups } = readJson('wycheproof/ed25519_test.json') as {
    readonly testGroups: readonly {
      readonly publicKey: { readonly pk: string };
      readonly tests: readonly {
        readonly tcId: number;
        readonly msg: string;
        readonly sig: string;
        readonly result: string;
      }[];
    }[];
  };
  let count = 0;
  for (const { publicKey, tests } of testGroups) {
    const x = Buffer.from(publicKey.pk, 'hex').toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    for (const { tcId, msg, sig, result } of tests) {
      const holds = verify(null, Buffer.from(msg, 'hex'), key, Buffer.from(sig, 'hex'));
      expect({ tcId, holds }).toEqual({ tcId, holds: result === 'valid' });
      count += 1;
    }
  }
  expect(count).toBe(151);
});

it('opens what it signed, with one key or two, and nothing that was changed after', () => {
  const [one, two, other] = ['log.example/1', 'log.example/1', 'elsewhere/1'].map((name) =>
    createNoteSigner(name, generateKeyPairSync('ed25519').privateKey),
  ) as [
    ReturnType<typeof createNoteSigner>,
    ReturnType<typeof createNoteSigner>,
    ReturnType<typeof createNoteSigner>,
  ];
  const text = formatCheckpoint({ origin: 'log.example/1', size: 7, root: leafHash(bytes('x')) });
  const note = signNote(text, [one, two]);
  expect(openNote(bytes(note), [two.key])).toEqual({ text, signedBy: [two.key] });
  expect(openNote(bytes(note), [two.key, one.key])).toEqual({ text, signedBy: [one.key, two.key] });
  expect(openNote(bytes(note), [other.key])).toEqual({
    why: expect.stringContaining('by no key that was given'),
  });
  for (let at = 0; at < bytes(note).length; at += 1) {
    const changed = bytes(note);
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
    const opened = openNote(changed, [one.key, two.key]);
    // One of the two names may be spoilt, and then the other still signs; never another text.
    expect('text' in opened ? opened.text : text).toBe(text);
  }
  expect(() => signNote('no line break', [one])).toThrow('ends its lines');
  expect(readVerifierKey(one.key.text)).toMatchObject({ key: { name: 'log.example/1', id: one.key.id } });
});
