import { describe, expect, it } from 'vitest';
import { refusesEach } from './refuses-each.ts';
import { type Change, changed, hash, problemsOf } from './sound-policy.ts';

const AUTH = `    auth: { token_sha256: ${hash('d')} }`;
const GITHUB = 'https://token.actions.githubusercontent.com';
const PINNED =
  '{ repository_id: "7300", job_workflow_ref: "acme/api/.github/workflows/a.yml@refs/heads/main" }';

/** The whole entry on one line, so that every problem of it is on that line. */
const oidc = (claims: string, issuer = GITHUB): Change => [
  AUTH,
  `    auth: { oidc: { issuer: "${issuer}", audience: keyturn, claims: ${claims} } } # HERE`,
];

const AT = 'clients.deploy-agent.auth.oidc';

describe('row 10: a client that trusts the tokens of a forge', () => {
  it.each([
    ['GitHub', oidc(PINNED)],
    ['GitLab', oidc('{ project_id: "22" }', 'https://gitlab.com')],
    ['a forge of one’s own', oidc('{ project_id: "22" }', 'https://git.example')],
  ])('may name %s', (_what, change) => {
    expect(problemsOf(changed(change))).toEqual([]);
  });

  refusesEach([
    ['nothing that is pinned', oidc('{}', 'https://git.example'), `${AT}.claims`, 'pins nothing'],
    [
      'GitHub without a repository id, since a name can change hands',
      oidc('{ job_workflow_ref: "x@y", repository: acme/api }'),
      `${AT}.claims`,
      'needs repository_id',
    ],
    [
      'GitHub without a workflow, since any branch could bring its own',
      oidc('{ repository_id: "7300" }'),
      `${AT}.claims`,
      'needs job_workflow_ref',
    ],
    [
      'GitLab without a project',
      oidc('{ ref: main }', 'https://gitlab.com'),
      `${AT}.claims`,
      'needs project_id',
    ],
    [
      'a subject, whose form changes',
      oidc('{ sub: "repo:a/b" }', 'https://git.example'),
      `${AT}.claims.sub`,
      'pin the claims that it is made of',
    ],
    [
      'an audience as a claim',
      oidc('{ aud: x }', 'https://git.example'),
      `${AT}.claims.aud`,
      'is checked by itself',
    ],
    ['plain http', oidc('{ a: b }', 'http://git.example'), `${AT}.issuer`, 'must be an https address'],
    [
      'an issuer with a query',
      oidc('{ a: b }', 'https://git.example/?a=b'),
      `${AT}.issuer`,
      'must be an https address',
    ],
    [
      'no way in at all',
      [AUTH, '    auth: {} # HERE'],
      'clients.deploy-agent.auth',
      'needs a token_sha256, oidc, webhook or a source',
    ],
  ]);

  it('refuses two clients that one token would be', () => {
    const [from, to] = oidc('{ project_id: "22" }', 'https://git.example');
    const twice = `${to.replace(' # HERE', '')}
    actions: ["db.*"]
    targets: ["postgres/**"]
  second:
    kind: pipeline
    owner: alice
${to.replace(' # HERE', '')}`;
    expect(problemsOf(changed([from, twice]))).toMatchObject([
      { path: 'clients.second.auth.oidc', message: expect.stringContaining('would be two clients') },
    ]);
  });
});
