import type { Check } from './check.ts';
import { rangeProblem, urlProblem } from './check-address.ts';

export function checkEvents({ draft, report }: Check): void {
  for (const [name, endpoint] of draft.events) {
    if (endpoint === null) continue;
    const path = ['events', name];
    const { url, url_env: urlEnv, sign_secret_env: secrets } = endpoint;
    if ((url === undefined) === (urlEnv === undefined)) report(path, 'needs either url or url_env');
    const problem = url === undefined ? null : urlProblem(url);
    if (problem !== null) report([...path, 'url'], problem);
    for (const [index, range] of endpoint.allow_cidrs.entries()) {
      const wrong = rangeProblem(range);
      if (wrong !== null) report([...path, 'allow_cidrs', index], wrong);
    }
    if (typeof secrets === 'string') continue;
    const twice = secrets.find((secret, index) => secrets.indexOf(secret) !== index);
    if (twice !== undefined) report([...path, 'sign_secret_env'], `names ${twice} twice`);
  }
}
