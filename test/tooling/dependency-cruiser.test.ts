// A rule that cannot fail protects nothing. Each case is one offending file in a small tree of its own;
// the tree is cruised once, with the real rule file, and each offender must break its rule and no other.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const CRUISER = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
const RULES = join(import.meta.dirname, 'dependency-cruiser.mjs');

/** Files, each with what it imports; `type x` imports only the types of x. */
type Plan = readonly (readonly [file: string, ...imports: string[]])[];

/** What the offenders reach for. */
const TARGETS: Plan = [
  ['bot/app/target.ts'],
  ['bot/cards/target.ts'],
  ['bot/cel.ts'],
  ['bot/commands/target.ts'],
  ['bot/compose.ts'],
  ['bot/config.ts'],
  ['bot/core/egg.ts', 'type ./chicken.ts'],
  ['bot/core/target.ts'],
  ['bot/logger.ts'],
  ['bot/ports/target.ts'],
  ['bot/slack/target.ts'],
  ['bot/views/target.ts'],
  ['connectors/api/routes.ts'],
  ['connectors/api/schema.ts'],
  ['connectors/github/target.ts'],
  ['connectors/http/target.ts'],
  ['queue/backoff.ts'],
  ['queue/embedded/target.ts'],
  ['queue/executors/target.ts'],
  ['store/audit/target.ts'],
  ['store/sqlite/target.ts'],
  ['test/helpers/target.ts'],
];

const PACKAGES = {
  dependencies: [
    '@bufbuild/cel',
    '@hono/node-server',
    'better-sqlite3',
    'commander',
    'hono',
    'left-pad',
    'pino',
    'prom-client',
    'yaml',
    'zod',
  ],
  devDependencies: ['@types/better-sqlite3', 'fast-check'],
};

/** Rule, offending file, what it imports. Many import a type only: that counts too. */
const CASES: readonly (readonly [rule: string, file: string, ...imports: string[]])[] = [
  ['core-is-pure', 'bot/core/a.ts', 'node:fs'],
  ['core-is-pure', 'bot/core/b.ts', 'type ../ports/target.ts'],
  ['ports-are-promises', 'bot/ports/a.ts', 'node:crypto'],
  ['ports-are-promises', 'bot/ports/b.ts', 'type ../app/target.ts'],
  ['app-knows-no-adapter', 'bot/app/a.ts', '../../store/sqlite/target.ts'],
  ['app-knows-no-adapter', 'bot/app/b.ts', 'type ../views/target.ts'],
  ['words-know-no-face', 'bot/views/a.ts', '../cards/target.ts'],
  ['words-know-no-face', 'bot/commands/a.ts', 'type ../slack/target.ts'],
  ['faces-are-strangers', 'bot/room/a.ts', '../slack/target.ts'],
  ['faces-are-strangers', 'bot/teams/a.ts', 'type ../../connectors/http/target.ts'],
  ['faces-are-strangers', 'bot/cards/a.ts', '../logger.ts'],
  ['logger-is-an-adapter', 'bot/logger.ts', './app/target.ts'],
  ['connectors-are-strangers', 'connectors/gitlab/a.ts', '../github/target.ts'],
  ['connectors-are-strangers', 'connectors/oidc/a.ts', 'type ../api/routes.ts'],
  ['connectors-are-strangers', 'connectors/http/a.ts', '../../store/sqlite/target.ts'],
  ['guard-stays-small', 'connectors/guard/a.ts', '../http/target.ts'],
  ['guard-stays-small', 'connectors/guard/b.ts', 'type ../../bot/core/target.ts'],
  ['mcp-asks-as-a-client', 'connectors/mcp/b.ts', '../../store/sqlite/target.ts'],
  ['mcp-asks-as-a-client', 'connectors/mcp/c.ts', 'type ../api/routes.ts'],
  ['mcp-has-one-home', 'bot/slack/mcp.ts', '@modelcontextprotocol/server'],
  ['client-stays-small', 'connectors/client/a.ts', '../mcp/target.ts'],
  ['client-stays-small', 'connectors/client/b.ts', 'type ../../bot/core/target.ts'],
  ['hook-stays-small', 'connectors/hook/a.ts', '../http/target.ts'],
  ['hook-stays-small', 'connectors/hook/b.ts', 'type ../../bot/core/target.ts'],
  ['wire-format-stays-small', 'connectors/api/schema-extra.ts', '../../bot/ports/target.ts'],
  ['queue-calls-use-cases-only', 'queue/relay.ts', './embedded/target.ts'],
  ['queue-calls-use-cases-only', 'queue/worker.ts', 'type ./executors/target.ts'],
  ['drivers-call-no-use-case', 'queue/embedded/a.ts', '../../bot/app/target.ts'],
  ['drivers-call-no-use-case', 'queue/bullmq/a.ts', 'type ../embedded/target.ts'],
  ['drivers-call-no-use-case', 'queue/executors/a.ts', '../../connectors/github/target.ts'],
  ['store-calls-no-use-case', 'store/sqlite/a.ts', 'type ../../bot/app/target.ts'],
  ['audit-reads-alone', 'store/audit/a.ts', 'node:fs'],
  ['audit-reads-alone', 'store/audit/b.ts', 'type ../sqlite/target.ts'],
  ['audit-reads-alone', 'store/audit/c.ts', '../../bot/ports/target.ts'],
  ['better-sqlite3-has-one-home', 'bot/slack/sqlite.ts', 'type better-sqlite3'],
  ['better-sqlite3-has-one-home', 'bot/cli/sqlite.ts', 'better-sqlite3'],
  ['hono-has-one-home', 'bot/room/hono.ts', 'hono'],
  ['hono-node-server-has-one-home', 'connectors/api/listen.ts', '@hono/node-server'],
  ['zod-has-one-home', 'connectors/http/auth.ts', 'zod'],
  ['zod-has-one-home', 'bot/config.ts', 'type zod'],
  ['yaml-has-one-home', 'bot/cli/yaml.ts', 'yaml'],
  ['cel-has-one-home', 'bot/policy-file/cel.ts', 'type @bufbuild/cel'],
  ['re2-has-one-home', 'bot/policy-file/re2.ts', '@bufbuild/re2'],
  ['ajv-has-one-home', 'bot/policy-file/ajv.ts', 'type ajv'],
  ['croner-has-one-home', 'bot/policy-file/croner.ts', 'croner'],
  ['tar-stream-has-one-home', 'store/sqlite/tar.ts', 'tar-stream'],
  ['commander-has-one-home', 'bot/main.ts', 'commander'],
  ['pino-has-one-home', 'bot/cli/pino.ts', 'type pino'],
  ['adaptivecards-has-one-home', 'bot/room/cards.ts', 'type adaptivecards'],
  ['prom-client-has-one-home', 'connectors/http/server.ts', 'prom-client'],
  ['slack-has-one-home', 'bot/cli/slack.ts', '@slack/web-api'],
  ['teams-has-one-home', 'bot/slack/teams.ts', 'botbuilder'],
  ['teams-has-one-home', 'bot/slack/teams-ai.ts', 'type @microsoft/teams-ai'],
  ['jose-has-one-home', 'bot/slack/jose.ts', 'type jose'],
  ['bullmq-has-one-home', 'queue/embedded/bullmq.ts', 'bullmq'],
  ['bullmq-has-one-home', 'queue/embedded/ioredis.ts', 'type ioredis'],
  ['vendor-has-a-home', 'bot/cli/left-pad.ts', 'left-pad'],
  ['vendor-has-a-home', 'bot/slack/not-installed.ts', 'type not-installed'],
  ['composition-root-is-the-top', 'bot/slack/root.ts', '../compose.ts'],
  ['composition-root-is-the-top', 'connectors/github/root.ts', 'type ../../bot/config.ts'],
  ['composition-root-is-the-top', 'store/sqlite/root.ts', '../../bot/cel.ts'],
  ['tests-stay-in-test', 'bot/cli/test.ts', '../../test/helpers/target.ts'],
  ['no-dev-dependency', 'connectors/github/dev.ts', 'fast-check'],
  ['no-cycles', 'bot/core/chicken.ts', './egg.ts'],
  ['no-index-files', 'bot/core/index.ts'],
  ['every-file-has-a-home', 'bot/utils/a.ts'],
  ['every-file-has-a-home', 'store/a.ts'],
];

/** Every permission somebody relies on; a rule that refuses too much shows here. */
const CLEAN: Plan = [
  ['bot/core/clean.ts', 'node:crypto', './target.ts'],
  ['bot/ports/clean.ts', 'type ../core/target.ts', './target.ts'],
  ['bot/app/clean.ts', '../core/target.ts', '../ports/target.ts', './target.ts'],
  ['bot/views/clean.ts', '../core/target.ts', '../ports/target.ts', '../app/target.ts'],
  ['bot/commands/clean.ts', '../app/target.ts', '../views/target.ts'],
  [
    'bot/slack/clean.ts',
    '../app/target.ts',
    '../commands/target.ts',
    '../cards/target.ts',
    '@slack/bolt',
    'node:http',
  ],
  ['bot/logger.ts', './ports/target.ts', 'pino'],
  ['bot/cel.ts', './core/target.ts', '@bufbuild/cel'],
  ['bot/config.ts', './policy-file/schema.ts', 'yaml', 'node:fs'],
  ['bot/policy-file/schema.ts', 'zod', '../core/target.ts'],
  ['bot/compose.ts', './slack/clean.ts', '../store/sqlite/clean.ts', '../queue/relay.ts', './config.ts'],
  ['bot/cli/keyturn.ts', 'commander', '../compose.ts', '../../connectors/guard/clean.ts'],
  ['connectors/api/schema.ts', 'zod', 'type ../../bot/core/target.ts'],
  ['connectors/api/routes.ts', 'hono', './schema.ts', '../http/target.ts', '../../bot/app/target.ts'],
  ['connectors/http/metrics.ts', 'prom-client', '@hono/node-server', 'hono', '../../bot/ports/target.ts'],
  [
    'connectors/github/clean.ts',
    '../http/target.ts',
    '../api/schema.ts',
    '../../bot/views/target.ts',
    './target.ts',
  ],
  ['connectors/guard/clean.ts', '../api/schema.ts', 'node:child_process'],
  ['queue/relay.ts', './backoff.ts', '../bot/app/target.ts', '../bot/ports/target.ts'],
  ['queue/embedded/clean.ts', '../../bot/ports/target.ts', '../../bot/core/target.ts', './target.ts'],
  ['store/sqlite/clean.ts', 'better-sqlite3', '../audit/target.ts', '../../bot/ports/target.ts'],
  ['store/audit/clean.ts', 'node:crypto', '../../bot/core/target.ts', './target.ts'],
  ['test/clean.test.ts', 'fast-check', 'better-sqlite3', '../bot/compose.ts', './helpers/target.ts'],
];

const trees: string[] = [];
afterAll(() => {
  for (const tree of trees) rmSync(tree, { recursive: true, force: true });
});

/** Writes the tree; a later line of the plan replaces an earlier one for the same file. */
function plant(plan: Plan): string {
  const tree = mkdtempSync(join(tmpdir(), 'keyturn-imports-'));
  trees.push(tree);
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  };
  const versions = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, '1.0.0']));
  write(
    'package.json',
    JSON.stringify({
      name: 'tree',
      type: 'module',
      dependencies: versions(PACKAGES.dependencies),
      devDependencies: versions(PACKAGES.devDependencies),
    }),
  );
  write('tsconfig.json', JSON.stringify({ compilerOptions: { module: 'nodenext' } }));
  for (const name of [...PACKAGES.dependencies, ...PACKAGES.devDependencies]) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'main.js' }));
    write(`node_modules/${name}/main.js`, 'module.exports = {};\n');
  }
  for (const [path, ...imports] of plan) {
    const lines = imports.map((specifier, i) =>
      specifier.startsWith('type ')
        ? `import type * as i${i} from '${specifier.slice(5)}';`
        : `import * as i${i} from '${specifier}';`,
    );
    write(path, `${lines.join('\n')}\nexport const x = 1;\n`);
  }
  return tree;
}

interface Verdict {
  readonly status: number | null;
  readonly rules: readonly string[];
  readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[];
}

function cruise(tree: string): Verdict {
  const args = [
    CRUISER,
    '--config',
    RULES,
    '--output-type',
    'json',
    'bot',
    'connectors',
    'queue',
    'store',
    'test',
  ];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: tree,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (stdout === '') throw new Error(`dependency-cruiser said nothing but: ${stderr}`);
  const { summary } = JSON.parse(stdout);
  const rules = summary.ruleSetUsed.forbidden.map((rule: { name: string }) => rule.name);
  return { status, rules, violations: summary.violations };
}

describe('the import rules', () => {
  let verdict: Verdict;

  beforeAll(() => {
    verdict = cruise(plant([...TARGETS, ...CASES.map(([, ...file]) => file)]));
  });

  for (const [rule, file, ...imports] of CASES) {
    it(`${rule} refuses ${[file, ...imports].join(' importing ')}`, () => {
      const broken = verdict.violations.filter(({ from }) => from === file).map(({ rule: { name } }) => name);
      expect([...new Set(broken)]).toEqual([rule]);
    });
  }

  it('are each shown to fail, and no case names a rule that is gone', () => {
    expect([...new Set(CASES.map(([rule]) => rule))].sort()).toEqual([...verdict.rules].sort());
  });

  it('let a tree pass that keeps them', () => {
    const clean = cruise(plant([...TARGETS.filter(([, ...imports]) => imports.length === 0), ...CLEAN]));
    expect(clean.violations).toEqual([]);
    expect(clean.status).toBe(0);
  });
});
