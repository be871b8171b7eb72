/** A plan that must not be shown as if it were one that can be applied, or that nobody here can read. */
export class UnreadablePlan extends Error {
  constructor(problem: string, options?: ErrorOptions) {
    super(`the plan ${problem}`, options);
    this.name = 'UnreadablePlan';
  }
}

const ACTIONS: ReadonlySet<string> = new Set([
  'no-op',
  'create',
  'read',
  'update',
  'delete',
  'delete create',
  'create delete',
  'forget',
  'create forget',
]);

export type PlanSummary = ReturnType<typeof summarise>;

/**
 * What `terraform show -json` prints, as names and counts; see `bot/core/plan-view.ts` for how it is
 * shown. No value of any attribute is in it. Throws `UnreadablePlan` for a plan that failed, that is not
 * whole, that Terraform would not apply, or that has anything in it which is not understood here.
 */
export function summarisePlan(bytes: Uint8Array): PlanSummary {
  const plan = fields(parsePlan(bytes), 'all of it');
  if (!/^[01]\./.test(text(plan, 'format_version')))
    throw new UnreadablePlan('has a format that is not known here');
  if (plan['errored'] === true) throw new UnreadablePlan('ended with an error');
  if (plan['applyable'] === false) throw new UnreadablePlan('would change nothing, or cannot be applied');
  if (plan['complete'] === false) throw new UnreadablePlan('is not complete: more would have to be planned');
  return summarise(plan);
}

function summarise(plan: Fields) {
  const changes = list(plan, 'resource_changes').map(toChange).filter(isOfInterest);
  const outputs = Object.entries(fields(plan['output_changes'] ?? {}, 'output_changes'))
    .map(([name, output]) => ({ name, actions: actionsOf(fields(output, name), `output ${name}`) }))
    .filter(({ actions }) => actions[0] !== 'no-op');
  const having = (action: string) => changes.filter(({ actions }) => actions.includes(action)).length;
  const invocations = list(plan, 'action_invocations').map((one) => text(one, 'address'));
  return {
    terraform_version: plan['terraform_version'] === undefined ? 'unknown' : text(plan, 'terraform_version'),
    counts: {
      add: having('create'),
      change: having('update'),
      destroy: having('delete'),
      import: changes.filter(({ imported }) => imported).length,
      forget: having('forget'),
      invoke: invocations.length,
    },
    changes,
    outputs,
    drift: list(plan, 'resource_drift')
      .map(toChange)
      .filter(({ actions }) => actions[0] !== 'no-op')
      .map(({ address }) => address),
    deferred: list(plan, 'deferred_changes').map((one) =>
      text(fields(one['resource_change'], 'resource_change'), 'address'),
    ),
    failed_checks: list(plan, 'checks')
      .filter((check) => ['fail', 'error'].includes(text(check, 'status')))
      .map((check) => text(fields(check['address'], 'address'), 'to_display')),
    invocations,
  };
}

function toChange(resource: Fields) {
  const address = text(resource, 'address');
  const change = fields(resource['change'], address);
  const actions = actionsOf(change, address);
  const isPartial = actions.includes('update') || actions.length > 1;
  const moved = textOrNull(resource, 'previous_address');
  return {
    address,
    actions,
    reason: textOrNull(resource, 'action_reason'),
    attributes: isPartial ? changedNames(change) : [],
    replaced_by: pathsOf(change, address),
    moved_from: moved === address ? null : moved,
    imported: change['importing'] !== undefined && change['importing'] !== null,
    deposed: textOrNull(resource, 'deposed'),
  };
}

/** What stays as it is says nothing, unless it comes in from elsewhere or has moved. */
function isOfInterest({ actions, moved_from, imported }: ReturnType<typeof toChange>): boolean {
  return actions[0] !== 'no-op' || moved_from !== null || imported;
}

function actionsOf(change: Fields, where: string): string[] {
  const actions = change['actions'];
  if (!Array.isArray(actions) || !ACTIONS.has(actions.join(' ')))
    throw new UnreadablePlan(`has an action for ${where} that is not known here: ${String(actions)}`);
  return actions.map(String);
}

/** The attributes that force a replacement, each as a path. */
function pathsOf(change: Fields, where: string): string[] {
  const paths = change['replace_paths'] ?? [];
  if (!Array.isArray(paths) || !paths.every(Array.isArray)) throw strange(`${where}.replace_paths`);
  return paths.map((path) => path.join('.'));
}

/** Names at the top level whose value is another, or is not known before the plan is applied. */
function changedNames(change: Fields): string[] {
  const [old, planned, unknown] = ['before', 'after', 'after_unknown'].map((part) => partOf(change[part]));
  const names = new Set([old, planned, unknown].flatMap((part) => Object.keys(part ?? {})));
  const isOther = (name: string) =>
    hasUnknown(unknown?.[name]) ||
    JSON.stringify(old?.[name] ?? null) !== JSON.stringify(planned?.[name] ?? null);
  return [...names].filter(isOther).sort();
}

/** What does not exist before, or not any more after, has no attributes. */
function partOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function hasUnknown(value: unknown): boolean {
  return typeof value === 'object' && value !== null ? Object.values(value).some(hasUnknown) : value === true;
}

/** PowerShell writes what it redirects as UTF-16LE with a byte order mark. */
export function parsePlan(bytes: Uint8Array): unknown {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
  try {
    return JSON.parse(new TextDecoder(encoding, { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new UnreadablePlan('is no JSON', { cause });
  }
}

type Fields = Readonly<Record<string, unknown>>;

function fields(value: unknown, where: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw strange(where);
  return value as Fields;
}

/** What older versions of Terraform do not write is empty. */
function list(of: Fields, name: string): readonly Fields[] {
  const all = of[name] ?? [];
  if (!Array.isArray(all)) throw strange(name);
  return all.map((one, at) => fields(one, `${name}[${at}]`));
}

function text(of: Fields, name: string): string {
  const value = of[name];
  if (typeof value !== 'string') throw strange(name);
  return value;
}

function textOrNull(of: Fields, name: string): string | null {
  return of[name] === undefined || of[name] === null ? null : text(of, name);
}

function strange(where: string): UnreadablePlan {
  return new UnreadablePlan(`is not what \`terraform show -json\` prints: ${where}`);
}
