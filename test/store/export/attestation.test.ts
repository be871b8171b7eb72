import { spawnSync } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import { expect, it } from 'vitest';
import { namedDigests } from '../../../bot/core/named-digests.ts';
import { parseTlogProof } from '../../../store/audit/tlog-proof.ts';
import { preAuthEncoding } from '../../../store/keys/dsse.ts';
import { anApproved, anExecuting, report, submit } from '../../connectors/api/world.ts';
import { exportBundle, type UnpackedBundle } from '../../helpers/bundle.ts';
import { isOnPath, skipUnless } from '../../helpers/require.ts';
import { startKeyturn } from '../../helpers/start-keyturn.ts';

const IMAGE = `registry.example/api@sha256:${'ab'.repeat(32)}`;
const COMMIT = '0123456789abcdef0123456789abcdef01234567';

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the envelope holds, and asserts on it
type Any = any;

const envelopeOf = (bundle: UnpackedBundle, number: number): Any =>
  JSON.parse(bundle.read(`attestations/${number}.dsse.json`));
const statementOf = (bundle: UnpackedBundle, number: number): Any =>
  JSON.parse(Buffer.from(envelopeOf(bundle, number).payload, 'base64').toString('utf8'));

async function aBundle() {
  const keyturn = await startKeyturn();
  const deploy = await anApproved(keyturn, { payload: { image: IMAGE, commit: COMMIT } });
  const plain = await anExecuting(keyturn, { payload: { kind: 'sql', statement: 'SELECT 1' } });
  await report(keyturn, plain);
  const allowed = await submit(keyturn, { action: 'db.read' });
  const waits = await submit(keyturn, { payload: { waits: true } });
  const bundle = await exportBundle(keyturn);
  const publicKey = readFileSync(join(keyturn.dataDir, '../keys/grant.pub'), 'utf8');
  return { keyturn, bundle, deploy, plain, allowed, waits, publicKey };
}

it('attests every approved request by what it named, and nothing that was not approved', async () => {
  const { bundle, deploy, plain, allowed, waits } = await aBundle();
  const attested = bundle.names.filter((name) => name.endsWith('.dsse.json')).sort();
  const approved = [deploy, plain, allowed].map(({ number }) => `attestations/${number}.dsse.json`);
  expect(attested).toEqual(approved.sort());
  expect(attested).not.toContain(`attestations/${waits.number}.dsse.json`);
  expect(statementOf(bundle, deploy.number)).toMatchObject({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [
      { name: 'registry.example/api', digest: { sha256: 'ab'.repeat(32) } },
      { name: 'commit', digest: { gitCommit: COMMIT } },
    ],
    predicateType: 'https://in-toto.io/attestation/svr/v0.2',
  });
  expect(statementOf(bundle, plain.number).subject).toEqual([
    { name: 'db.migrate', digest: { sha256: plain.action_digest.slice(7) } },
  ]);
});

it('says who verified what, when and by which policy, as a Simple Verification Result has it', async () => {
  const { keyturn, bundle, deploy, allowed } = await aBundle();
  const { predicate } = statementOf(bundle, deploy.number);
  const { store, rulebook } = keyturn.keyturn.context;
  expect(predicate).toMatchObject({
    verifier: {
      id: 'urn:keyturn:approval:v1:test/log/1',
      policies: [{ name: 'default', digest: { sha256: rulebook.policy.version.slice(7) } }],
    },
    timeCreated: '2026-11-22T10:00:00.000Z',
    properties: [
      'KEYTURN_APPROVED',
      'KEYTURN_QUORUM_OF_DISTINCT_PEOPLE',
      'KEYTURN_NO_SELF_APPROVAL',
      'KEYTURN_APPROVERS_1',
      'KEYTURN_RISK_MEDIUM',
    ],
    keyturn_approval: {
      request: deploy.id,
      action_digest: deploy.action_digest,
      approved_by: [store.committed.personOf('bob')],
    },
  });
  // A rule let it through: nobody approved, and it claims none of what people would have done.
  expect(statementOf(bundle, allowed.number).predicate.properties).toEqual([
    'KEYTURN_APPROVED',
    'KEYTURN_ALLOWED_BY_RULE',
    'KEYTURN_RISK_MEDIUM',
  ]);
});

it('puts the proof of the approval beside each attestation', async () => {
  const { bundle, deploy } = await aBundle();
  const { seq } = statementOf(bundle, deploy.number).predicate.keyturn_approval;
  const proof = parseTlogProof(bundle.read(`proofs/${seq}.tlog-proof`));
  expect(proof).toMatchObject({ index: seq, checkpoint: bundle.read('checkpoint.note') });
});

/** Somebody else's verifier, with our key and none of our code. */
function sigstoreVerifies(envelope: Any, publicKey: string): void {
  const material = toTrustMaterial(
    {
      mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
      tlogs: [],
      certificateAuthorities: [],
      ctlogs: [],
      timestampAuthorities: [],
    },
    () => ({ publicKey: createPublicKey(publicKey), validFor: () => true }),
  );
  const bundle = {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: {
      content: { $case: 'publicKey', publicKey: { hint: envelope.signatures[0].keyid } },
      tlogEntries: [],
      timestampVerificationData: { rfc3161Timestamps: [] },
    },
    content: {
      $case: 'dsseEnvelope',
      dsseEnvelope: {
        payload: Buffer.from(envelope.payload, 'base64'),
        payloadType: envelope.payloadType,
        signatures: envelope.signatures.map(({ sig, keyid }: Any) => ({
          sig: Buffer.from(sig, 'base64'),
          keyid,
        })),
      },
    },
  } as Any;
  const thresholds = { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 };
  new Verifier(material, thresholds).verify(toSignedEntity(bundle));
}

it('is verified by @sigstore/verify, which refuses another payload, type or key', async () => {
  const { bundle, deploy, plain, publicKey } = await aBundle();
  const envelope = envelopeOf(bundle, deploy.number);
  const other = envelopeOf(bundle, plain.number);
  sigstoreVerifies(envelope, publicKey);
  sigstoreVerifies(other, publicKey);
  const refused = (changed: Any, key = publicKey) => expect(() => sigstoreVerifies(changed, key)).toThrow();
  refused({ ...envelope, payload: other.payload });
  refused({ ...envelope, payloadType: 'application/vnd.keyturn.grant+json' });
  refused(envelope, (await aBundle()).publicKey);
});

it('is verified by openssl', async (context) => {
  skipUnless(context, 'openssl', isOnPath('openssl'));
  const { bundle, deploy, publicKey } = await aBundle();
  const { payload, payloadType, signatures } = envelopeOf(bundle, deploy.number);
  const file = (name: string, bytes: string | Uint8Array) => {
    const path = join(bundle.folder, '..', name);
    writeFileSync(path, bytes);
    return path;
  };
  const key = file('key.pem', publicKey);
  const signature = file('sig', Buffer.from(signatures[0].sig, 'base64'));
  const body = file('pae', preAuthEncoding(payloadType, Buffer.from(payload, 'base64')));
  const { stdout } = spawnSync(
    'openssl',
    ['dgst', '-sha256', '-verify', key, '-signature', signature, body],
    {
      encoding: 'utf8',
    },
  );
  expect(stdout).toBe('Verified OK\n');
  expect(bundle.read('attestations/key.pem')).toBe(publicKey);
});

it.each([
  [{ image: IMAGE }, ['registry.example/api']],
  [{ commit: COMMIT }, ['commit']],
  [{ commit: 'ab'.repeat(32) }, ['commit']],
  [{ plan_digest: `sha256:${'cd'.repeat(32)}` }, ['plan']],
  [
    { image: IMAGE, commit: COMMIT, plan_digest: 'cd'.repeat(32) },
    ['registry.example/api', 'commit', 'plan'],
  ],
  [{ image: 'registry.example/api:latest' }, []],
  [{ image: `x@sha256:${'AB'.repeat(32)}` }, []],
  [{ image: `a b@sha256:${'ab'.repeat(32)}` }, []],
  [{ commit: 'main' }, []],
  [{ commit: 7 }, []],
  [{ plan_digest: 'sha1:abc' }, []],
  [{ nested: { image: IMAGE } }, []],
])('reads the digests that %j names', (payload, names) => {
  expect(namedDigests(payload).map(({ name }) => name)).toEqual(names);
});
