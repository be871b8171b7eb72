import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ToHold } from '../../bot/app/hold-for-source.ts';
import type { Word } from '../../bot/app/release-held.ts';
import type { Connector, Told } from '../source/connector.ts';
import { type GithubClient, githubClient, type Place } from './client.ts';
import { parse, type Ref, toHold } from './parse.ts';
import { whole } from './whole.ts';

export interface GithubOptions {
  readonly appId: string;
  readonly privateKey: string;
  readonly webhookSecret: string;
  readonly apiUrl: string;
  /** The repositories that clients of the policy name. */
  readonly repositories: () => readonly { readonly id: number; readonly environment: string | null }[];
  readonly now: () => number;
}

/** A repository that got another name is looked for anew after this long. */
const PLACES_KEPT_MS = 10 * 60_000;
const FORK = 'Keyturn holds nothing of a fork: its workflow is not one of this repository.';

/**
 * Deployments of GitHub Actions that wait for a custom protection rule:
 * https://docs.github.com/en/actions/how-tos/deploy/configure-and-manage-deployments/create-custom-protection-rules
 */
export function githubConnector(options: GithubOptions): Connector {
  const { webhookSecret, repositories } = options;
  const api = githubClient(options);
  const placesOf = kept(api, options.now);
  const { host: apiHost } = new URL(options.apiUrl);
  const host = apiHost === 'api.github.com' ? 'github.com' : apiHost;
  return {
    name: 'github',
    // What GitHub sends at most is 25 MB; of these events, a few dozen KB.
    mostBytes: 1024 * 1024,
    tellsOutcome: true,
    verify({ body, header }) {
      const text = /^sha256=([0-9a-f]{64})$/.exec(header('x-hub-signature-256') ?? '')?.[1] ?? '';
      const given = Buffer.from(text, 'hex');
      const wanted = createHmac('sha256', webhookSecret).update(body).digest();
      const delivery = header('x-github-delivery') ?? '';
      if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return null;
      return /^[0-9A-Za-z-]{1,100}$/.test(delivery) ? { id: delivery } : null;
    },
    parse: ({ body, header }) => parse(body, header('x-github-event') ?? ''),
    async enrich(hold, signal) {
      const ref = hold.ref as unknown as Ref;
      const { place, environment } = ref;
      const run = await api.run(place, ref.run, signal);
      // A name can be given to another repository; the id of what answers cannot.
      if (run === null || run.repository.id !== place.id) return null;
      if (!(await isPending(api, ref, signal))) return null;
      if (run.head_repository?.id !== place.id) {
        await api.review(place, ref.run, environment, 'rejected', FORK, signal);
        return null;
      }
      return whole(api, host, hold, ref, run, signal);
    },
    release: (word, isRepeat, signal) => tell(api, word, isRepeat, signal),
    async reconcile(signal) {
      const wanted = repositories();
      if (wanted.length === 0) return [];
      const found: ToHold[] = [];
      for (const place of await placesOf(new Set(wanted.map(({ id }) => id)), signal)) {
        const only = wanted.filter(({ id }) => id === place.id).map(({ environment }) => environment);
        for (const run of await api.waitingRuns(place, signal)) {
          const names = (await api.pending(place, run.id, signal)).map(({ environment }) => environment.name);
          for (const environment of names.filter((name) => only.includes(null) || only.includes(name))) {
            found.push(toHold({ place, run: run.id, attempt: run.run_attempt, environment }));
          }
        }
      }
      return found;
    },
  };
}

/** Where repositories are changes seldom, and a list of all of them is a few calls for each installation. */
function kept(api: GithubClient, now: () => number): GithubClient['places'] {
  let known: { readonly of: string; readonly until: number; readonly places: readonly Place[] } | null = null;
  return async (ids, signal) => {
    const of = [...ids].sort((a, b) => a - b).join(' ');
    if (known === null || known.of !== of || known.until <= now()) {
      known = { of, until: now() + PLACES_KEPT_MS, places: await api.places(ids, signal) };
    }
    return known.places;
  };
}

async function isPending(api: GithubClient, { place, run, environment }: Ref, signal: AbortSignal) {
  const waiting = await api.pending(place, run, signal);
  return waiting.some(({ environment: { name } }) => name === environment);
}

async function tell(api: GithubClient, word: Word, isRepeat: boolean, signal: AbortSignal): Promise<Told> {
  const ref = JSON.parse(word.held.ref) as Ref;
  const { place, run: id, environment } = ref;
  const run = await api.run(place, id, signal);
  if (run === null) return { is: 'gone', why: 'the run is not in GitHub' };
  if (ref.attempt !== null && run.run_attempt !== ref.attempt)
    return { is: 'gone', why: 'the run was started again in GitHub' };
  const state = word.verdict === 'approve' ? 'approved' : 'rejected';
  // Ours is known again by the request that it names.
  const comment = `${word.comment} (${word.held.request})`;
  if (await isPending(api, ref, signal)) {
    await api.review(place, id, environment, state, comment, signal);
    return { is: 'told' };
  }
  const said = await api.approvals(place, id, signal);
  const isOurs = said.some((one) => one.state === state && one.comment === comment);
  if (isOurs) return { is: 'told' };
  // Whether GitHub lists the reviews of every rule there is not documented.
  if (isRepeat && state === 'approved') return { is: 'unknown' };
  return { is: 'gone', why: 'the deployment does not wait in GitHub any more' };
}
