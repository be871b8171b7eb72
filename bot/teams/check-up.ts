import { connector } from './connector.ts';
import { endpointsOf } from './endpoints.ts';
import { entraGroups, GRAPH } from './entra-groups.ts';
import { fetchJson } from './fetch-json.ts';
import { createPace } from './pace.ts';
import { Member, OpenIdDocument } from './schema.ts';
import type { TeamsSettings } from './settings.ts';
import { CONNECTOR, tokenSource } from './token.ts';

const WITHIN_MS = 8_000;

/** What Microsoft says of this app, without anything being written to anybody. */
export interface CheckUp {
  /** Null when it gives us a token, or why not. */
  token(): Promise<string | null>;
  /** Null when the keys that sign for Teams can be had, or why not. */
  keys(): Promise<string | null>;
  /** How many people are in this group of Entra, or why nobody can say. */
  group(id: string): Promise<number | string>;
  /** Null when the app is in this channel or chat and this person, by object id, is a member; or why not. */
  member(conversation: string, object: string): Promise<string | null>;
}

export function checkUp(settings: TeamsSettings, now: () => number): CheckUp {
  const endpoints = endpointsOf(settings);
  const tokens = settings.playground ? null : tokenSource(settings, endpoints, CONNECTOR, now);
  const api = connector({ endpoints, tokens, pace: createPace(now) });
  const said = (work: Promise<string | null>) => work.catch(whyOf);
  return {
    async group(id) {
      if (tokens === null) return 'the playground has none';
      const graph = tokenSource(settings, endpoints, GRAPH, now);
      const groups = entraGroups({ endpoints, tokens: graph, tenantId: settings.tenantId });
      try {
        return (await groups.membersOf(id)).length;
      } catch (cause) {
        return whyOf(cause);
      }
    },
    token: () => said((tokens?.token() ?? Promise.resolve('')).then(() => null)),
    keys: () =>
      said(
        fetchJson(endpoints.openId, { withinMs: WITHIN_MS }).then(({ body }) =>
          OpenIdDocument.safeParse(body).success ? null : 'what came back names no keys',
        ),
      ),
    member: (conversation, object) =>
      said(
        api
          .call({
            method: 'GET',
            service: endpoints.service,
            path: ['conversations', conversation, 'members', object],
            conversation: null,
          })
          .then((answer) => {
            if (answer.ok)
              return Member.safeParse(answer.data).success ? null : 'what came back is no member';
            return 'code' in answer ? `${answer.status} ${answer.code}` : 'it asks for time';
          }),
      ),
  };
}

function whyOf(cause: unknown): string {
  return cause instanceof Error ? cause.message.slice(0, 200) : 'no answer';
}
