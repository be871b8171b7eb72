import { richText } from '../cards/text.ts';
import { SAMPLE, SAMPLE_SAYS } from '../views/sample-card.ts';
import { type Called, connector } from './connector.ts';
import { chatWith } from './conversations.ts';
import { endpointsOf } from './endpoints.ts';
import { entraGroups, GRAPH } from './entra-groups.ts';
import { fetchJson } from './fetch-json.ts';
import { fitCard } from './fit.ts';
import { toAnswer } from './messenger.ts';
import { createPace } from './pace.ts';
import { Member, OpenIdDocument, Resource } from './schema.ts';
import type { TeamsSettings } from './settings.ts';
import { CONNECTOR, tokenSource } from './token.ts';

const WITHIN_MS = 8_000;

/** What Microsoft says of this app. Nothing is written to anybody but the sample. */
export interface CheckUp {
  /** Null when it gives us a token, or why not. */
  token(): Promise<string | null>;
  /** Null when the keys that sign for Teams can be had, or why not. */
  keys(): Promise<string | null>;
  /** How many people are in this group of Entra, or why nobody can say. */
  group(id: string): Promise<number | string>;
  /** Null when the app is in this channel or chat and this person, by object id, is a member; or why not. */
  member(conversation: string, object: string): Promise<string | null>;
  /** Null when a sample card, without a button, stands in this person's chat with the app; or why not. */
  sample(object: string): Promise<string | null>;
}

export function checkUp(settings: TeamsSettings, now: () => number): CheckUp {
  const endpoints = endpointsOf(settings);
  const tokens = settings.playground ? null : tokenSource(settings, endpoints, CONNECTOR, now);
  const api = connector({ endpoints, tokens, pace: createPace(now) });
  const said = (work: Promise<string | null>) => work.catch(whyOf);
  const post = (path: readonly string[], body: object) =>
    api.call({ method: 'POST', service: endpoints.service, path, body, conversation: null });
  const sendSample = async (object: string): Promise<string | null> => {
    const opened = await post(['conversations'], chatWith(object, settings.appId, settings.tenantId));
    if (!opened.ok) return refusalOf(opened);
    const card = fitCard(SAMPLE, () => [richText(SAMPLE_SAYS, { weight: 'Bolder' })]);
    const { id } = Resource.parse(opened.data);
    const posted = await post(['conversations', id, 'activities'], toAnswer(card));
    return posted.ok ? null : refusalOf(posted);
  };
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
    sample: (object) => said(sendSample(object)),
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
            return refusalOf(answer);
          }),
      ),
  };
}

function refusalOf(answer: Exclude<Called, { readonly ok: true }>): string {
  return 'code' in answer ? `${answer.status} ${answer.code}` : 'it asks for time';
}

function whyOf(cause: unknown): string {
  return cause instanceof Error ? cause.message.slice(0, 200) : 'no answer';
}
