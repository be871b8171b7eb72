import type { JsonObject } from './canonical-json.ts';

/** What a request says it is about, by a digest that others know it by. `algorithm` is in-toto's word for it. */
export interface NamedDigest {
  readonly name: string;
  readonly algorithm: 'sha256' | 'gitCommit';
  readonly hex: string;
}

const IMAGE = /^([^@\s]{1,512})@sha256:([0-9a-f]{64})$/;
const SHA256 = /^(?:sha256:)?([0-9a-f]{64})$/;
const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** The image, commit and plan that a payload names, in that order. They are the asker's claim, like all of it. */
export function namedDigests(payload: JsonObject): readonly NamedDigest[] {
  const text = (key: string) => {
    const value = payload[key];
    return typeof value === 'string' ? value : '';
  };
  const [, image, imageHex] = IMAGE.exec(text('image')) ?? [];
  const commit = COMMIT.exec(text('commit'))?.[0];
  const plan = SHA256.exec(text('plan_digest'))?.[1];
  return [
    ...(image !== undefined && imageHex !== undefined
      ? [{ name: image, algorithm: 'sha256', hex: imageHex } as const]
      : []),
    ...(commit === undefined ? [] : [{ name: 'commit', algorithm: 'gitCommit', hex: commit } as const]),
    ...(plan === undefined ? [] : [{ name: 'plan', algorithm: 'sha256', hex: plan } as const]),
  ];
}
