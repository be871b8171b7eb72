import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Change, changed, hash, lineOf, problemsOf, SOUND } from './sound-policy.ts';

describe('a key that does not work yet', () => {
  const cases: readonly (readonly [name: string, text: string, path: string])[] = [
    [
      'security_notices.slack',
      `${SOUND}security_notices: { slack: "#s" } # HERE
`,
      'security_notices.slack',
    ],
    [
      'security_notices.teams',
      `${SOUND}security_notices: { teams: "#s" } # HERE
`,
      'security_notices.teams',
    ],
    [
      'notify.slack',
      `${SOUND}break_glass:
  - { match: {}, who: [dba], reason_min: 9, notify: { slack: "#s" }, post_review: { by: [security], within: 1h } } # HERE
`,
      'break_glass[0].notify.slack',
    ],
    ['queue.driver: bullmq', `${SOUND}queue: { driver: bullmq } # HERE\n`, 'queue.driver'],
    ['queue.redis_url_env', `${SOUND}queue: { redis_url_env: X } # HERE\n`, 'queue.redis_url_env'],
    ...(
      [
        [
          'slack_usergroup',
          ['members: [carol] }', 'members: [carol], slack_usergroup: S1 } # HERE'],
          'groups.security.slack_usergroup',
      'clients.ci.auth.oidc',
      'plans.two-keys.notify.teams',
    ]);
  });

  it('takes an empty notify, which asks for nothing', () => {
    expect(problemsOf(changed(['    expires_after: 45m', '    notify: {}']))).toEqual([]);
  });

  it('refuses the example of the contract for exactly the keys that do not work yet', () => {
    const text = readFileSync(new URL('contract-example.yaml', import.meta.url), 'utf8');
    expect(problemsOf(text).map(({ path }) => path)).toEqual([
      'groups.security.slack_usergroup',
      'security_notices.slack',
      'clients.ci.auth.oidc',
      'plans.one-key.notify.slack',
      'plans.two-keys.notify.slack',
      'plans.two-keys.notify.teams',
      'break_glass[0].notify.slack',
    ]);
    expect(
      problemsOf(text).every(({ message }) => message.includes('is not available in this version')),
    ).toBe(true);
  });
});
