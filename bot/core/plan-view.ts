import { isJsonArray, isJsonObject, type Json, type JsonObject } from './canonical-json.ts';

/**
 * What a Terraform plan would do, by names: no value of any attribute is in it, since many are secret
 * and a plan says of few which. The actions are Terraform's own, as `terraform show -json` writes them.
 */
interface PlannedChange {
  readonly address: string;
  readonly actions: readonly string[];
  /** Terraform's own word for why, or null. */
  readonly reason: string | null;
  /** Attributes that change. Empty where all of it comes or goes. */
  readonly attributes: readonly string[];
  /** Those of them that force the replacement. */
  readonly replaced_by: readonly string[];
  readonly moved_from: string | null;
  readonly imported: boolean;
  /** The key of an old copy that Terraform has still to delete, or null. */
  readonly deposed: string | null;
}

interface PlanSummary {
  readonly terraform_version: string;
  readonly counts: Readonly<Record<Count, number>>;
  readonly changes: readonly PlannedChange[];
  readonly outputs: readonly { readonly name: string; readonly actions: readonly string[] }[];
  /** Changed outside of Terraform since it last looked. */
  readonly drift: readonly string[];
  readonly deferred: readonly string[];
  readonly failed_checks: readonly string[];
  /** Terraform actions that are run beside all changes of resources. */
  readonly invocations: readonly string[];
}

const COUNTS = ['add', 'change', 'destroy', 'import', 'forget', 'invoke'] as const;
type Count = (typeof COUNTS)[number];

/** What cannot be taken back comes first, so that the cut of a long view never hides it behind the rest. */
const ORDER = ['delete', 'forget', 'update', 'create', 'read', 'no-op'] as const;
const KINDS: ReadonlyMap<string, string> = new Map([
  ['no-op', 'keep'],
  ['create', 'create'],
  ['read', 'read'],
  ['update', 'change'],
  ['delete', 'DESTROY'],
  ['delete create', 'DESTROY and create again'],
  ['create delete', 'create again, then DESTROY the old one'],
  ['forget', 'FORGET (it stays, and Terraform knows it no more)'],
  ['create forget', 'create again, and FORGET the old one'],
]);

/** Terraform's own counts: what is replaced is added and destroyed. */
function countChanges(
  changes: readonly Pick<PlannedChange, 'actions' | 'imported'>[],
  invocations: number,
): Record<Count, number> {
  const having = (action: string) => changes.filter(({ actions }) => actions.includes(action)).length;
  return {
    add: having('create'),
    change: having('update'),
    destroy: having('delete'),
    import: changes.filter(({ imported }) => imported).length,
    forget: having('forget'),
    invoke: invocations,
  };
}

function isKnownChange(actions: readonly string[]): boolean {
  return KINDS.has(actions.join(' '));
}

/** The plan as lines, or null when it is not exactly of this shape, or its counts are not its changes'. */
export function planLines(value: Json, word: (text: string) => string): readonly string[] | null {
  if (!isPlan(value)) return null;
  const plan = value as unknown as PlanSummary;
  const counts = countChanges(plan.changes, plan.invocations.length);
  if (COUNTS.some((count) => plan.counts[count] !== counts[count])) return null;
  const { add, change, destroy, import: imports, forget, invoke } = counts;
  const more = [
    ...(imports > 0 ? [`, ${imports} to import`] : []),
    ...(forget > 0 ? [`, ${forget} to forget`] : []),
    ...(invoke > 0 ? [`, ${invoke} action(s) to invoke`] : []),
  ].join('');
  const changes = [...plan.changes].sort((a, b) => rank(a) - rank(b));
  return [
    `plan of terraform ${word(plan.terraform_version)}: ${add} to add, ${change} to change, ${destroy} to destroy${more}`,
    ...plan.failed_checks.map((address) => `CHECK FAILS ${word(address)}`),
    ...plan.invocations.map((address) => `INVOKE ${word(address)}`),
    ...changes.flatMap((one) => changeLines(one, word)),
    ...plan.deferred.map((address) => `deferred, and not in this plan: ${word(address)}`),
    ...plan.drift.map((address) => `changed outside of terraform: ${word(address)}`),
    ...plan.outputs.map(({ name, actions }) => `output ${word(name)}: ${actions.map(word).join(', ')}`),
  ];
}

function rank({ actions }: PlannedChange): number {
  return ORDER.findIndex((action) => actions.includes(action));
}

function changeLines(one: PlannedChange, word: (text: string) => string): string[] {
  const names = (all: readonly string[]) => all.map(word).join(', ');
  const old = one.deposed === null ? '' : `, its old copy ${word(one.deposed)}`;
  const why = one.reason === null ? '' : `, ${word(one.reason)}`;
  return [
    `${KINDS.get(one.actions.join(' '))} ${word(one.address)}${old}${why}`,
    ...(one.replaced_by.length > 0 ? [`  replaced because of ${names(one.replaced_by)}`] : []),
    ...(one.attributes.length > 0 ? [`  changes ${names(one.attributes)}`] : []),
    ...(one.moved_from === null ? [] : [`  moved from ${word(one.moved_from)}`]),
    ...(one.imported ? ['  imported'] : []),
  ];
}

type Check = (value: Json) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isTextOrNull: Check = (value) => value === null || typeof value === 'string';
const isTexts: Check = (value) => isJsonArray(value) && value.every(isText);
const isFlag: Check = (value) => typeof value === 'boolean';
const isCount: Check = (value) => typeof value === 'number';
const isActions: Check = (value) => isTexts(value) && isKnownChange(value as readonly string[]);

const isChange = exactly({
  address: isText,
  actions: isActions,
  reason: isTextOrNull,
  attributes: isTexts,
  replaced_by: isTexts,
  moved_from: isTextOrNull,
  imported: isFlag,
  deposed: isTextOrNull,
});
const isPlan = exactly({
  terraform_version: isText,
  counts: exactly(Object.fromEntries(COUNTS.map((count) => [count, isCount]))),
  changes: (value) => isJsonArray(value) && value.every(isChange),
  outputs: (value) => isJsonArray(value) && value.every(exactly({ name: isText, actions: isActions })),
  drift: isTexts,
  deferred: isTexts,
  failed_checks: isTexts,
  invocations: isTexts,
});

function exactly(fields: Readonly<Record<string, Check>>): Check {
  return (value) =>
    isJsonObject(value) &&
    Object.keys(value).length === Object.keys(fields).length &&
    Object.entries(fields).every(([key, check]) => {
      const field = Object.hasOwn(value, key) ? (value as JsonObject)[key] : undefined;
      return field !== undefined && check(field);
    });
}
