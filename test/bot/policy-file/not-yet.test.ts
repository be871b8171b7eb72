import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Change, changed, hash, lineOf, problemsOf, SOUND } from './sound-policy.ts';

describe('a key that does not work yet', () => {
  const cases: readonly (readonly [name: string, text: string, path: string])[] = [
    ['freezes', `${SOUND}freezes: [] # HERE\n`, 'freezes'],
    ['break_glass', `${SOUND}break_glass: [] # HERE\n`, 'break_glass'],
    ['tests', `${SOUND}tests: [] # HERE\n`, 'tests'],
    ['payload_retention', `${SOUND}payload_retention: 30d # HERE\n`, 'payload_retention'],
    ['security_notices', `${SOUND}security_notices: { slack: "#s" } # HERE\n`, 'security_notices'],
    ['queue.driver: bullmq', `${SOUND}queue: { driver: bullmq } # HERE\n`, 'queue.driver'],
    ['queue.redis_url_env', `${SOUND}queue: { redis_url_env: X } # HERE\n`, 'queue.redis_url_env'],
    ...(
      [
        [
          'slack_usergroup',
          ['members: [carol] }', 'members: [carol], slack_usergroup: S1 } # HERE'],
          'groups.security.slack_usergroup',
        ],
        ['remind', ['    expires_after: 45m', '    remind: [half] # HERE'], 'plans.two-keys.remind'],
        ['escalate', ['    expires_after: 45m', '    escalate: [] # HERE'], 'plans.two-keys.escalate'],
        [
          'review_via',
          ['    expires_after: 45m', '    review_via: [slack] # HERE'],
          'plans.two-keys.review_via',
        ],
        [
          'a face in notify',
          ['    expires_after: 45m', '    notify: { slack: "#a" } # HERE'],
          'plans.two-keys.notify.slack',
        ],
        [
          'auth.oidc',
          [`auth: { token_sha256: ${hash('d')} }`, 'auth: { oidc: { issuer: x } } # HERE'],
          'clients.deploy-agent.auth.oidc',
        ],
        [
          'actions.*.execute',
          ['redact: [/secret] }', 'redact: [/secret], execute: {} } # HERE'],
          'actions["key.rotate"].execute',
        ],
        [
          'actions.*.payload_schema',
          ['redact: [/secret] }', 'payload_schema: x.json } # HERE'],
          'actions["key.rotate"].payload_schema',
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
      'security_notices',
      'clients.ci.auth.oidc',
      'actions["key.rotate"].payload_schema',
      'actions["key.rotate"].execute',
      'actions["db.migrate"].execute',
      'actions["db.migrate"].payload_schema',
      'plans.one-key.notify.slack',
      'plans.two-keys.review_via',
      'plans.two-keys.remind',
      'plans.two-keys.escalate',
      'plans.two-keys.notify.slack',
      'plans.two-keys.notify.teams',
      'plans.two-keys.notify.room',
      'freezes',
      'break_glass',
      'payload_retention',
      'tests',
    ]);
    expect(
      problemsOf(text).every(({ message }) => message.includes('is not available in this version')),
    ).toBe(true);
  });
});
