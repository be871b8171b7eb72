import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Change, changed, hash, lineOf, problemsOf, SOUND } from './sound-policy.ts';

describe('a key that does not work yet', () => {
  const cases: readonly (readonly [name: string, text: string, path: string])[] = [
    ['payload_retention', `${SOUND}payload_retention: 30d # HERE\n`, 'payload_retention'],
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
    ['audit.retention', `${SOUND}audit: { log: a, retention: 400d } # HERE\n`, 'audit.retention'],
    ...(
      [
        [
          'slack_usergroup',
          ['members: [carol] }', 'members: [carol], slack_usergroup: S1 } # HERE'],
          'groups.security.slack_usergroup',
        ],
        [
          'notify.slack',
          ['    expires_after: 45m', '    notify: { slack: "#a" } # HERE'],
          'plans.two-keys.notify.slack',
        ],
        [
          'notify.teams',
          ['    expires_after: 45m', '    notify: { teams: "19:a@thread.tacv2" } # HERE'],
          'plans.two-keys.notify.teams',
        ],
        [
          'auth.oidc',
          [`auth: { token_sha256: ${hash('d')} }`, 'auth: { oidc: { issuer: x } } # HERE'],
          'clients.deploy-agent.auth.oidc',
        ],
      ] as const satisfies readonly (readonly [string, Change, string])[]
    ).map(([name, change, path]) => [name, changed(change), path] as const),
  ];

  it.each(cases)('is refused by name: %s', (name, text, path) => {
    expect(problemsOf(text)).toEqual([
      {
        line: lineOf(text),
        path,
        message: expect.stringContaining(`${name} is not available in this version`),
      },
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
      'payload_retention',
      'audit.retention',
    ]);
    expect(
      problemsOf(text).every(({ message }) => message.includes('is not available in this version')),
    ).toBe(true);
  });
});
