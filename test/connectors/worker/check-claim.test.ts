import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sha256Hex } from '../../../bot/core/digest.ts';
import type { RequestId } from '../../../bot/core/request.ts';
import type { ClaimView } from '../../../connectors/api/schema-worker.ts';
import { checkClaim } from '../../../connectors/worker/check-claim.ts';
import { definitionOf, type ExecutorSettings } from '../../../queue/executors/settings.ts';
import { openGrantSigner } from '../../../store/keys/grant-key.ts';
import { openGrantVerifier } from '../../../store/keys/grant-verifier.ts';
import { aChallenge, DEFINITION, SETTINGS } from './bot-world.ts';

const REQUEST = 'req_1' as RequestId;
const CHALLENGE = aChallenge();
const TEXT = JSON.stringify({
  action: 'db.migrate',
  target: { system: 'postgres', environment: 'prod', resource: 'orders' },
  payload: { version: '42' },
});
const DIGEST = `sha256:${sha256Hex(TEXT)}` as const;
const NOW = Date.parse('2026-11-28T00:00:00Z');

function keysIn() {
  const dir = mkdtempSync(join(tmpdir(), 'keyturn-grant-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const signer = openGrantSigner(dir);
  return { signer, verify: openGrantVerifier(readFileSync(join(dir, 'grant.pub'), 'utf8'), 'grant.pub') };
}

/** What the bot answers to this claim, signed with a key; and how the worker looks at it. */
function aClaim({
  grant = {},
  answer = {},
  signedBy = null as ReturnType<typeof keysIn> | null,
  without = '',
} = {}) {
  const own = keysIn();
  const whole = {
    request: REQUEST,
    action_digest: DIGEST,
    nonce: 'n',
    expires_at: '2026-11-28T00:15:00.000Z',
    audience: 'worker:eu',
    attempt: 1,
    definition: DEFINITION,
    challenge: CHALLENGE,
    ...grant,
  };
  const fields = Object.entries(whole).filter(([name]) => name !== without);
  const signed = (signedBy ?? own).signer.sign(Object.fromEntries(fields) as unknown as typeof whole);
  const claim = {
    request: REQUEST,
    attempt: 1,
    action: 'db.migrate',
    target: { system: 'postgres', environment: 'prod', resource: 'orders' },
    action_digest: DIGEST,
    action_text: TEXT,
    lease_ms: 30_000,
    redact: [],
    settings: SETTINGS,
    grant: signed,
    ...answer,
  } as unknown as ClaimView;
  return checkClaim(claim, {
    request: REQUEST,
    challenge: CHALLENGE,
    verify: own.verify,
    definitionOf: (settings) => definitionOf(settings as ExecutorSettings),
    wall: () => NOW,
  });
}

describe('row 1: the answer of a claim', () => {
  it('is taken when all of it hangs on the signed grant, and the job is what the digest is of', () => {
    expect(aClaim()).toMatchObject({
      ok: true,
      job: { request: REQUEST, attempt: 1, payload: { version: '42' }, action: 'db.migrate' },
    });
    // Labels beside the signed bytes are nobody's word.
    expect(
      aClaim({ answer: { action: 'db.drop', target: { system: 'x', environment: 'y', resource: 'z' } } }),
    ).toMatchObject({
      job: { action: 'db.migrate', target: { resource: 'orders' } },
    });
  });

  it.each<[string, Parameters<typeof aClaim>[0]]>([
    ['its grant is for another request', { grant: { request: 'req_2' } }],
    ['its grant is for another request', { answer: { request: 'req_2' } }],
    // A replay of what this worker was given for an earlier try of the same request.
    ['its grant answers another claim', { grant: { challenge: aChallenge() } }],
    ['its grant answers another claim', { without: 'challenge' }],
    ['its grant is for another try', { answer: { attempt: 2 } }],
    ['its executor is not what was approved', { answer: { settings: { ...SETTINGS, kind: 'once' } } }],
    ['its executor is not what was approved', { without: 'definition' }],
    ['its payload is not what was approved', { answer: { action_text: TEXT.replace('42', '43') } }],
    ['its payload is not what was approved', { grant: { action_digest: `sha256:${'0'.repeat(64)}` } }],
    ['its grant is over', { grant: { expires_at: '2026-11-28T00:00:00.000Z' } }],
    ['its grant is over', { grant: { expires_at: 'never' } }],
  ])('is refused: %s (%#)', (why, changes) => {
    expect(aClaim(changes)).toBe(why);
  });

  it('is refused when another key signed it, or no grant stands in it', () => {
    expect(aClaim({ signedBy: keysIn() })).toBe('its grant is not signed by the bot');
    const empty = { payloadType: 'text/plain', payload: '', signatures: [{ keyid: '', sig: '' }] };
    expect(aClaim({ answer: { grant: empty } })).toBe('its grant is not signed by the bot');
  });
});
