import { canonicalJson, type JsonObject } from './canonical-json.ts';
import { sha256In } from './sha256.ts';

/** A SHA-256 that names its algorithm, so that another one can follow it without being mistaken for it. */
export type Digest = `sha256:${string}`;

/** Everything that an approval is about. Ids are the ones the log writes. */
interface DigestedAction {
  readonly action: string;
  readonly target: { readonly system: string; readonly environment: string; readonly resource: string };
  readonly requester: string;
  readonly onBehalfOf: string | null;
  readonly payload: JsonObject;
}

/** What a person was shown, and by which rules it was made from the payload. */
interface DigestedView {
  readonly text: string;
  readonly redact: readonly string[];
  readonly renderer: number;
}

export function sha256Hex(text: string | Uint8Array): string {
  return sha256In(text, 'hex');
}

/**
 * The digest that reviews, grants and execution carry. `text` is what was hashed: it is stored, so
 * that what runs is read from the very bytes that were approved.
 */
export function actionDigest(action: DigestedAction): { readonly digest: Digest; readonly text: string } {
  const { system, environment, resource } = action.target;
  const text = canonicalJson({
    action: action.action,
    // Never left out: an absent key and null would be two digests for one action.
    on_behalf_of: action.onBehalfOf,
    payload: action.payload,
    requester: action.requester,
    // Field by field: whatever else the caller's object holds is not part of the contract.
    target: { environment, resource, system },
  });
  return { digest: `sha256:${sha256Hex(text)}`, text };
}

/**
 * Binds an approve to what stood on the screen. The rules and the renderer's version are in it too:
 * the same text may hide more under other rules.
 */
export function viewDigest(view: DigestedView): Digest {
  const text = canonicalJson({
    redact: [...view.redact].sort(),
    renderer: view.renderer,
    view: view.text,
  });
  return `sha256:${sha256Hex(text)}`;
}
