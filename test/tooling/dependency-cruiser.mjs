// Who may import whom. `import type` counts: a type from a vendor ties the code to it as well.
// Every rule has a case in dependency-cruiser.test.ts that shows it can fail. README quotes this list.

const CORE = '^bot/core/';
const PORTS = '^bot/ports/';
const APP = '^bot/app/';
const WORDS = '^bot/(views|commands)/';
const TESTS = '^test/';
const SOURCES = '^(bot|connectors|queue|store)/';
const WIRE_FORMAT = '^connectors/api/schema[^/]*\\.ts$';

/** One bounded call to Keyturn, for whoever asks it from another machine. */
const ONE_CALL = '^connectors/guard/(client|settings|wire)\\.ts$';

/** How anything is called on a network: with its address looked at first, and signed. */
const OUTBOUND_CALL = '^queue/executors/(call|addresses|standard-webhook)\\.ts$';

/** The composition root: the only files that may name every adapter. */
const ROOT =
  '^bot/((compose|compose-(machines|slack|sources|teams)|cel|cron|watch-file|reload|main|software|operator-log|operator-socket|places-of|not-ready|open-(context|log)|close-log|start-(execution|timers|worker)|every|random)\\.ts$|config|demo|policy-file/|cli/)';

/** Every place a source file may live. A folder that is not here would escape all the rules below. */
const HOMES = [
  ROOT,
  '^bot/(core|ports|app|views|commands|slack|teams|room|cards)/',
  '^bot/logger\\.ts$',
  '^connectors/[^/]+/',
  '^queue/(relay|worker|backoff|dispatch|workshop)',
  '^queue/(embedded|bullmq|executors|sinks|events)/',
  '^store/(sqlite|audit|keys|anchors|export)/',
];

/** A layer that imports nothing but what is named: no library and no Node module either. */
function closedLayer(name, from, may, comment) {
  return { name, severity: 'error', comment, from: { path: from }, to: { pathNot: may } };
}

/**
 * An adapter: of our own files only those named. Libraries are settled by the vendor rules, and files of
 * the composition root by `composition-root-is-the-top`. `$1` is the adapter's own folder.
 */
function adapter(name, from, may, comment) {
  return { name, severity: 'error', comment, from, to: { path: SOURCES, pathNot: [...may, ROOT] } };
}

const layers = [
  closedLayer(
    'core-is-pure',
    CORE,
    [CORE, '^(node:)?crypto$'],
    'bot/core decides and does nothing else. It imports bot/core and node:crypto; pass the rest in as data.',
  ),
  closedLayer(
    'ports-are-promises',
    PORTS,
    [PORTS, CORE],
    'A port is a contract in our own words. It imports bot/core; a library here would leak into every driver.',
  ),
  closedLayer(
    'app-knows-no-adapter',
    APP,
    [APP, CORE, PORTS],
    'A use case sees core and ports only. If it needs the outside world, give it a port.',
  ),
  closedLayer(
    'words-know-no-face',
    WORDS,
    [WORDS, CORE, PORTS, APP],
    'Views and commands are shared by every face. They import core, ports and app; markup belongs to the face.',
  ),
];

const adapters = [
  adapter(
    'faces-are-strangers',
    { path: '^(bot/(?:slack|teams|room|cards))/' },
    [CORE, PORTS, APP, WORDS, '^bot/cards/', '^$1/'],
    'A face imports core, ports, app, views, commands and bot/cards. Two adapters meet in bot/compose.ts only.',
  ),
  adapter(
    'logger-is-an-adapter',
    { path: '^bot/logger\\.ts$' },
    [CORE, PORTS],
    'bot/logger.ts fulfils the logger port. It imports core and ports; everybody else logs through the port.',
  ),
  adapter(
    'connectors-are-strangers',
    { path: '^(connectors/[^/]+)/', pathNot: ['^connectors/(guard|hook|mcp|client|action)/', WIRE_FORMAT] },
    [
      CORE,
      PORTS,
      APP,
      '^bot/views/',
      '^connectors/(http|source)/',
      // What a Terraform plan says is the same wherever it is read.
      '^connectors/guard/terraform-plan\\.ts$',
      ONE_CALL,
      WIRE_FORMAT,
      '^$1/',
    ],
    'A connector imports core, ports, app, views, connectors/http, connectors/source, the one call of connectors/guard and the wire format, never another connector.',
  ),
  {
    name: 'guard-stays-small',
    severity: 'error',
    comment:
      'connectors/guard runs on other machines. It imports itself, connectors/api/schema.ts and Node, nothing else.',
    from: { path: '^connectors/guard/' },
    to: { pathNot: ['^connectors/guard/', WIRE_FORMAT], dependencyTypesNot: ['core'] },
  },
  adapter(
    'mcp-asks-as-a-client',
    { path: '^connectors/mcp/' },
    [CORE, APP, '^connectors/(mcp|hook|guard|http)/', WIRE_FORMAT],
    'connectors/mcp asks Keyturn as any client does, with the client of connectors/guard. It calls no use case itself.',
  ),
  {
    name: 'client-stays-small',
    severity: 'error',
    comment:
      'connectors/client and connectors/action run in other people’s programs and jobs. They import themselves, connectors/guard, the tool names of connectors/hook and Node, and no SDK.',
    from: { path: '^connectors/(client|action)/' },
    to: {
      pathNot: ['^connectors/(client|action|guard)/', '^connectors/hook/(submission|tool-call)\\.ts$'],
      dependencyTypesNot: ['core'],
    },
  },
  {
    name: 'hook-stays-small',
    severity: 'error',
    comment:
      'connectors/hook runs on other machines. It imports itself, the client of connectors/guard and Node, nothing else.',
    from: { path: '^connectors/hook/' },
    to: { pathNot: ['^connectors/(hook|guard)/'], dependencyTypesNot: ['core'] },
  },
  closedLayer(
    'wire-format-stays-small',
    WIRE_FORMAT,
    [WIRE_FORMAT, CORE, '(^|node_modules/)zod(/|$)'],
    'The guard takes connectors/api/schema.ts along to other machines. It imports bot/core and zod only.',
  ),
  adapter(
    'queue-calls-use-cases-only',
    { path: '^queue/(relay|worker|backoff|dispatch)' },
    [CORE, PORTS, APP, '^queue/(relay|worker|backoff|dispatch)'],
    'Relay and worker import core, ports and app. They get their driver and their executors from compose.',
  ),
  adapter(
    'drivers-call-no-use-case',
    { path: '^(queue/(?:embedded|bullmq|executors|sinks|events))/' },
    [CORE, PORTS, '^$1/', OUTBOUND_CALL, '^connectors/(github/app-token|source/call-source)\\.ts$'],
    'A queue driver or executor is driven. It imports core, ports, its own folder, the one outbound call and the token of a GitHub App, and never calls a use case.',
  ),
  adapter(
    'store-calls-no-use-case',
    { path: '^store/(sqlite|keys|anchors|export)/' },
    [CORE, PORTS, '^store/(sqlite|audit|keys|anchors|export)/'],
    'The store is driven. It imports core, ports and store/audit, and never calls a use case.',
  ),
  closedLayer(
    'audit-reads-alone',
    '^store/audit/',
    ['^store/audit/', CORE, '^(node:)?crypto$'],
    'An auditor reads store/audit on its own. It imports itself, bot/core and node:crypto; leave files to the caller.',
  ),
];

/** One line per vendor library: its pattern, its home, and the home in words. */
const VENDORS = [
  ['better-sqlite3', '(@types/)?better-sqlite3', '^store/sqlite/', 'store/sqlite'],
  ['hono', 'hono|@hono/zod-openapi', '^connectors/(http|api)/', 'connectors/http and connectors/api'],
  ['hono-node-server', '@hono/node-server', '^connectors/http/', 'connectors/http'],
  [
    'zod',
    'zod',
    '^(connectors/(api/|(oidc|mcp|github|gitlab|terraform)/schema)|bot/(slack|teams|room)/schema|bot/policy-file/(schema|json-schema|draft|zod-findings))',
    'connectors/api, the schema files of bot/policy-file, and schema.ts of connectors/oidc, mcp, github, gitlab and terraform, bot/room, bot/slack and bot/teams',
  ],
  ['yaml', 'yaml', '^bot/(policy-file/|config)', 'bot/policy-file and bot/config'],
  ['cel', '@bufbuild/(cel|protobuf)', '^bot/cel\\.ts$', 'bot/cel.ts'],
  [
    're2',
    '@bufbuild/re2',
    '^bot/(cel|policy-file/payload-schema)\\.ts$',
    'bot/cel.ts and bot/policy-file/payload-schema.ts',
  ],
  ['ajv', 'ajv', '^bot/policy-file/payload-schema\\.ts$', 'bot/policy-file/payload-schema.ts'],
  ['croner', 'croner', '^bot/cron\\.ts$', 'bot/cron.ts'],
  ['commander', 'commander', '^bot/cli/', 'bot/cli'],
  ['mcp', '@modelcontextprotocol/(server|client|core)', '^connectors/mcp/', 'connectors/mcp'],
  ['tar-stream', 'tar-stream', '^store/export/', 'store/export'],
  ['pino', 'pino', '^bot/logger\\.ts$', 'bot/logger.ts'],
  ['adaptivecards', 'adaptivecards', '^bot/room/page/', 'bot/room/page'],
  ['prom-client', 'prom-client', '^connectors/http/metrics\\.ts$', 'connectors/http/metrics.ts'],
  ['slack', '@slack/[^/]+', '^bot/slack/', 'bot/slack'],
  ['teams', 'botbuilder[^/]*|@microsoft/[^/]+', '^bot/teams/', 'bot/teams'],
  ['jose', 'jose', '^(connectors/oidc|bot/teams)/', 'connectors/oidc and bot/teams'],
  ['bullmq', 'bullmq|ioredis', '^queue/bullmq/', 'queue/bullmq'],
].map(([name, packages, home, inWords]) => ({
  name: `${name}-has-one-home`,
  // An optional package that is not installed does not resolve; its bare name is matched then.
  packages: `(^|node_modules/)(${packages})(/|$)`,
  home,
  comment: `This library is imported in ${inWords} only. Everyone else uses a port, so it can be replaced.`,
}));

const vendors = [
  ...VENDORS.map(({ name, packages, home, comment }) => ({
    name,
    severity: 'error',
    comment,
    from: { pathNot: [home, TESTS] },
    to: { path: packages },
  })),
  {
    name: 'vendor-has-a-home',
    severity: 'error',
    comment: 'This library has no home yet. Choose one folder for it and add a line to VENDORS in this file.',
    from: { pathNot: TESTS },
    to: {
      dependencyTypes: [
        'npm',
        'npm-optional',
        'npm-peer',
        'npm-bundled',
        'npm-no-pkg',
        'npm-unknown',
        'unknown',
      ],
      pathNot: ['^\\.', ...VENDORS.map(({ packages }) => packages)],
    },
  },
];

const everywhere = [
  {
    name: 'composition-root-is-the-top',
    severity: 'error',
    comment:
      'Compose, config, cli and their like are imported by each other and by tests. Pass values in instead.',
    from: { pathNot: [ROOT, TESTS] },
    to: { path: ROOT },
  },
  {
    name: 'tests-stay-in-test',
    severity: 'error',
    comment: 'test/ is not shipped. Move what production needs to where it is about.',
    from: { pathNot: TESTS },
    to: { path: TESTS },
  },
  {
    name: 'no-dev-dependency',
    severity: 'error',
    comment: 'A dev dependency is not there after an install. Use it in test/, or make it a dependency.',
    from: { pathNot: TESTS },
    // Types are erased, so @types packages may stay dev dependencies.
    to: { dependencyTypes: ['npm-dev'], pathNot: '(^|node_modules/)@types/' },
  },
  {
    name: 'no-cycles',
    severity: 'error',
    comment: 'Two files that import each other are one file, or hide a third. `import type` counts.',
    from: {},
    to: { circular: true },
  },
  {
    name: 'no-index-files',
    severity: 'error',
    comment: 'No barrels: import the file that has the thing, and name the file after it.',
    // A rule about a module needs a condition; every module has fewer dependents than this.
    from: {},
    module: { path: '(^|/)index\\.[cm]?[jt]s$', pathNot: 'node_modules', numberOfDependentsLessThan: 100 },
  },
  {
    name: 'every-file-has-a-home',
    severity: 'error',
    comment:
      'No rule covers this place. Put the file in a listed folder, or add the folder to HOMES and its rule.',
    from: {},
    module: { path: SOURCES, pathNot: HOMES, numberOfDependentsLessThan: 100 },
  },
];

export default {
  forbidden: [...layers, ...adapters, ...vendors, ...everywhere],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
};
