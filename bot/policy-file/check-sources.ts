import type { Check } from './check.ts';
import type { Path } from './problem.ts';
import { SOURCES } from './schema-sources.ts';

/** What a source holds is one client's, and a source that is not set up holds nothing. */
export function checkSources({ draft, report }: Check): void {
  const seen = new Map<string, Path>();
  for (const [key, client] of draft.clients) {
    if (client === null) continue;
    const { auth } = client;
    const path = ['clients', key, 'auth'];
    const given = SOURCES.filter((source) => auth[source] !== undefined);
    if (given.length > 1) report(path, `names ${given.join(' and ')}: make a client of each`);
    for (const source of given) {
      if (draft.connectors !== null && draft.connectors[source] === undefined)
        report([...path, source], `needs a section connectors.${source}`);
      const trust = JSON.stringify([source, Object.entries(auth[source] ?? {}).sort()]);
      const first = seen.get(trust);
      if (first === undefined) seen.set(trust, [...path, source]);
      else report([...path, source], `is the same as ${first.join('.')}: a hold would be two clients'`);
    }
    const { webhook } = auth;
    if (webhook !== undefined && webhook.secret_env === undefined && webhook.public_key === undefined)
      report([...path, 'webhook'], 'needs a secret_env or a public_key: anybody could send it');
  }
}
