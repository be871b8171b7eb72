import { canonicalJson, type JsonObject } from '../core/canonical-json.ts';
import { KeyturnFault } from '../core/fault.ts';
import { toPlace } from '../core/place.ts';
import { refuse } from '../core/refusal.ts';
import type { ActionRequest, ClientId } from '../core/request.ts';
import type { Identity } from '../core/unresolved.ts';
import type { Held } from '../ports/held.ts';
import type { Client, Rulebook, SourceTrust } from '../ports/rulebook.ts';
import { sourceAccount } from './caller-now.ts';
import type { Writing } from './change-request.ts';
import type { Caller, Context } from './context.ts';
import { type Submission, type SubmitResult, submitRequest } from './submit-request.ts';

/** What an outside system holds and wants a word on, as its connector understood it. */
export interface ToHold {
  /** What its source says of whose it is, by ids. One client's trust must be among them. */
  readonly claims: Readonly<Record<string, string>>;
  /** Names it at its source, at most 200 characters. The same subject is the same thing. */
  readonly subject: string;
  /** Who of the client asks, such as a run: nobody else of the client may take what it asked. */
  readonly asker: string;
  readonly submission: Submission;
  /** Who stands behind it. They cannot approve it. */
  readonly identities: readonly Identity[];
  /** What is needed to call back, and no secret. */
  readonly ref: JsonObject;
  readonly secrets: Readonly<Record<string, string>>;
}

const LONGEST_NAME = 200;
const MOST_REF_BYTES = 8 * 1024;

/**
 * Holds it: request, callback and dedupe key in one transaction. Nobody's, or two clients', is refused,
 * and so is what the policy refuses; then nothing is held here.
 */
export async function holdForSource(context: Context, connector: string, one: ToHold): Promise<SubmitResult> {
  const client = clientOf(context.rulebook, connector, one.claims);
  if (client === null) return refuse('ACTION_NOT_ALLOWED');
  // The same thing told of again is no new one, also where what is known of it has changed meanwhile.
  const known = context.store.committed.held(connector, one.subject);
  if (known !== null && known.status !== 'over') {
    const request = context.store.committed.request(known.request);
    if (request !== null) return { ok: true, request, created: false };
  }
  const caller = callerOf(client, sourceAccount(client.source, one.asker));
  const ref = canonicalJson(one.ref);
  if (one.subject.length > LONGEST_NAME || one.asker.length > LONGEST_NAME || ref.length > MOST_REF_BYTES)
    throw new KeyturnFault('IMPOSSIBLE', `${connector} names a thing by more than it may`);
  const about = { connector, subject: one.subject };
  const sealed = context.sealer.seal(JSON.stringify({ secrets: one.secrets }), aboutOf(about));
  const also = ({ tx, at }: Writing, request: ActionRequest) => {
    const before = tx.held(connector, one.subject);
    if (before !== null && before.status !== 'over') return;
    const { account } = caller.actor;
    tx.hold({ ...about, request: request.id, account, ref, sealed, status: 'held', at });
    tx.notify({ kind: 'change', place: toPlace(connector), request: request.id, seq: tx.lastSeq() });
  };
  return submitRequest(context, caller, one.submission, one.subject, one.identities, also);
}

/** What a sealed text is bound to. */
export function aboutOf({ connector, subject }: Pick<Held, 'connector' | 'subject'>): string {
  return `${connector} ${subject}`;
}

/** Who asks for what is held, as the policy in force knows it, or null. */
export function callerOfHeld(
  { clients }: Rulebook,
  { account }: Held,
  request: ActionRequest,
): Caller | null {
  const client = clients.get(request.requester.id as ClientId);
  return client === undefined ? null : callerOf(client, account);
}

type OfSource = Client & { readonly source: SourceTrust };

function clientOf(
  { clients }: Rulebook,
  connector: string,
  claims: Readonly<Record<string, string>>,
): OfSource | null {
  const matching = [...clients.values()].filter(
    (client): client is OfSource =>
      client.source != null &&
      client.source.connector === connector &&
      Object.entries(client.source.claims).every(([name, wanted]) => claims[name] === wanted),
  );
  const [client] = matching;
  // Whose of two it is, nobody could say.
  return client === undefined || matching.length > 1 ? null : client;
}

function callerOf(
  { id, kind, owner }: Client,
  account: string,
): Caller & { readonly actor: { kind: 'client' } } {
  return {
    actor: { kind: 'client', client: id, clientKind: kind, owner, account, verifiedBy: 'hmac' },
    id,
    key: id,
  };
}
