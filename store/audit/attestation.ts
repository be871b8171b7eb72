import type { JsonObject } from '../../bot/core/canonical-json.ts';
import { toIsoTime } from '../../bot/core/instant.ts';
import { type NamedDigest, namedDigests } from '../../bot/core/named-digests.ts';
import type { DrawnStory } from './reports/sample.ts';

const STATEMENT = 'https://in-toto.io/Statement/v1';
/** Simple Verification Result. Since v0.2 the policies stand with the verifier, in any case. */
const PREDICATE = 'https://in-toto.io/attestation/svr/v0.2';

/**
 * That a request was approved, as an in-toto statement about what it named: the image, commit or plan,
 * and else the action itself. `payload` is null when it is no longer kept. Null for what was not approved.
 */
export function toStatement(story: DrawnStory, payload: JsonObject | null, log: string): JsonObject | null {
  const { subject, approved, number } = story;
  if (approved === null) return null;
  const named = payload === null ? [] : namedDigests(payload);
  const { system, environment, resource } = subject.target;
  return {
    _type: STATEMENT,
    subject: named.length > 0 ? named.map(toSubject) : [ofAction(subject.action, subject.action_digest)],
    predicateType: PREDICATE,
    predicate: {
      verifier: {
        id: `urn:keyturn:approval:v1:${log}`,
        policies: [{ name: subject.rules.join(' ') || 'default', digest: { sha256: hexOf(subject.policy) } }],
      },
      timeCreated: toIsoTime(approved.at),
      properties: propertiesOf(story),
      keyturn_approval: {
        log,
        seq: approved.seq,
        request: subject.request,
        number,
        action: subject.action,
        target: `${system}/${environment}/${resource}`,
        action_digest: subject.action_digest,
        view_digest: subject.view_digest,
        requester: subject.requester,
        on_behalf_of: subject.on_behalf_of,
        approved_by: approved.by,
      },
    },
  };
}

function toSubject({ name, algorithm, hex }: NamedDigest): JsonObject {
  return { name, digest: { [algorithm]: hex } };
}

function ofAction(action: string, digest: string): JsonObject {
  return { name: action, digest: { sha256: hexOf(digest) } };
}

function hexOf(digest: string): string {
  return digest.slice('sha256:'.length);
}

/** What the log shows of this approval. What is not in the list was not verified. */
function propertiesOf({ approved, broken, subject }: DrawnStory): readonly string[] {
  const people = new Set(approved?.by ?? []).size;
  const how = broken ? 'BREAK_GLASS' : people === 0 ? 'ALLOWED_BY_RULE' : 'QUORUM_OF_DISTINCT_PEOPLE';
  return [
    'KEYTURN_APPROVED',
    `KEYTURN_${how}`,
    ...(people > 0 && !broken ? ['KEYTURN_NO_SELF_APPROVAL', `KEYTURN_APPROVERS_${people}`] : []),
    `KEYTURN_RISK_${subject.risk.toUpperCase()}`,
  ];
}
