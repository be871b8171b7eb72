import { type CelEnv, type CelInput, type CelList, type CelValue, celEnv, celList, celMap, isCelList, parse, plan } from '@bufbuild/cel';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { RE2JS } from '@bufbuild/re2';
import type { Condition, Facts } from './core/policy.ts';
import { Items, Joined, Members, Meter, toValue } from './policy-file/metered-json.ts';

export type CompiledCondition =
  | { readonly ok: true; readonly condition: Condition; readonly mentions: ReadonlySet<string> }
  | { readonly ok: false; readonly problem: string };

const MAX_LENGTH = 2_000;
const MAX_DEPTH = 200;
const MAX_NESTED_MACROS = 2;

const FIELDS = new Map<string, readonly string[] | null>([
  ['action', null],
  ['target', ['system', 'environment', 'resource']],
  ['requester', ['id', 'kind']],
  ['on_behalf_of', null],
  ['payload', null],
  ['risk', null],
  ['now', null],
]);
const TYPES = new Set(['int', 'uint', 'double', 'bool', 'string', 'bytes', 'list', 'map', 'null_type', 'type']);
/** What the library evaluates itself, without a function of that name. */
const OPERATORS = new Set(['_[_]', '_?_:_', '_&&_', '_||_', '@not_strictly_false']);

const STANDARD = celEnv();

// The library knows its own lists and maps by a symbol that it keeps to itself. Ours carry the same
// one, so that it takes them, and with them our count of the work, for its own.
for (const [ours, theirs] of [
  [Items, celList([])],
  [Members, celMap(new Map())],
] as const) {
  for (const mark of Object.getOwnPropertySymbols(theirs)) Object.defineProperty(ours.prototype, mark, { value: {} });
}

/**
 * A `when` of the policy, compiled once. Whatever goes wrong later, down to an exhausted stack, is
 * `unevaluable`: the core then lets it bind, and never lets it free.
 */
export function compileCondition(expression: string): CompiledCondition {
  if (expression.length > MAX_LENGTH) return { ok: false, problem: `is longer than ${MAX_LENGTH} characters` };
  try {
    const parsed = parse(expression);
    if (parsed.expr === undefined) return { ok: false, problem: 'is empty' };
    const found = new Inspection();
    found.walk(parsed.expr, new Set(), 0, 0);
    if (found.problem !== null) return { ok: false, problem: found.problem };
    const meter = new Meter(found.nodes);
    const program = plan(meteredEnv(meter, found.patterns), parsed);
    const condition: Condition = (facts) => {
      meter.reset();
      try {
        const answer = program(bindings(facts, meter));
        return typeof answer === 'boolean' && !meter.exhausted ? answer : 'unevaluable';
      } catch {
        return 'unevaluable';
      }
    };
    return { ok: true, condition, mentions: found.mentions };
  } catch (error) {
    const reason = error instanceof RangeError ? 'nested too deeply' : error instanceof Error ? error.message : 'unreadable';
    return { ok: false, problem: `is not CEL: ${reason.replace('<input>:', '').slice(0, 200)}` };
  }
}

type Expr = NonNullable<ReturnType<typeof parse>['expr']>;
type Pattern = ReturnType<typeof RE2JS.compile>;

/** One walk over the parsed expression: names, functions, patterns and size. Keeps the first problem. */
class Inspection {
  problem: string | null = null;
  nodes = 0;
  readonly mentions = new Set<string>();
  readonly patterns = new Map<string, Pattern>();

  walk(expr: Expr | undefined, scope: ReadonlySet<string>, macros: number, depth: number): void {
    if (expr === undefined || this.problem !== null) return;
    this.nodes += 1;
    if (depth > MAX_DEPTH) return this.refuse('is nested too deeply');
    const within = (inner: Expr | undefined) => this.walk(inner, scope, macros, depth + 1);
    const kind = expr.exprKind;
    switch (kind.case) {
      case 'constExpr':
        return;
      case 'identExpr':
        return this.name(kind.value.name, scope);
      case 'selectExpr':
        this.field(kind.value.operand, kind.value.field, scope);
        return within(kind.value.operand);
      case 'callExpr':
        this.call(kind.value.function, kind.value.target, kind.value.args);
        within(kind.value.target);
        return kind.value.args.forEach(within);
      case 'listExpr':
        return kind.value.elements.forEach(within);
      case 'structExpr':
        if (kind.value.messageName !== '') return this.refuse(`cannot make a ${kind.value.messageName}`);
        for (const entry of kind.value.entries) {
          if (entry.keyKind.case === 'mapKey') within(entry.keyKind.value);
          within(entry.value);
        }
        return;
      case 'comprehensionExpr': {
        const { iterVar, accuVar, iterRange, accuInit, loopCondition, loopStep, result } = kind.value;
        // Each level multiplies the work by the size of a list that a stranger wrote.
        if (macros >= MAX_NESTED_MACROS) return this.refuse(`nests more than ${MAX_NESTED_MACROS} macros`);
        // `[1].exists(payload, …)` would look like a condition on the payload and be none.
        if (FIELDS.has(iterVar) || TYPES.has(iterVar)) return this.refuse(`"${iterVar}" cannot name a macro's variable`);
        within(iterRange);
        within(accuInit);
        const inner = new Set([...scope, iterVar, accuVar]);
        for (const part of [loopCondition, loopStep, result]) this.walk(part, inner, macros + 1, depth + 1);
        return;
      }
      default:
        return this.refuse('has a part that cannot be read');
    }
  }

  private refuse(problem: string): void {
    this.problem ??= problem;
  }

  private name(name: string, scope: ReadonlySet<string>): void {
    if (scope.has(name) || TYPES.has(name)) return;
    if (!FIELDS.has(name)) return this.refuse(`unknown name "${name}": there are ${[...FIELDS.keys()].join(', ')}`);
    this.mentions.add(name);
  }

  /** A misspelt field would never be there: a deny that always binds, an allow that never does. */
  private field(operand: Expr | undefined, field: string, scope: ReadonlySet<string>): void {
    if (operand?.exprKind.case !== 'identExpr' || scope.has(operand.exprKind.value.name)) return;
    const { name } = operand.exprKind.value;
    const known = FIELDS.get(name);
    if (known && !known.includes(field)) this.refuse(`${name} has no "${field}": it has ${known.join(', ')}`);
  }

  private call(name: string, target: Expr | undefined, args: readonly Expr[]): void {
    if (OPERATORS.has(name)) return;
    if (STANDARD.funcs.find(name) === undefined) return this.refuse(`there is no function "${name}"`);
    if (name !== 'matches') return;
    const pattern = args[0]?.exprKind;
    const text = pattern?.case === 'constExpr' ? pattern.value.constantKind : undefined;
    // A pattern out of the payload can be 128 KiB long and take seconds, linear or not.
    if (target === undefined || args.length !== 1 || text?.case !== 'stringValue') {
      return this.refuse('matches takes one pattern, written out');
    }
    if (!this.patterns.has(text.value)) this.patterns.set(text.value, RE2JS.compile(text.value));
  }
}

/** The standard functions, each charged before it runs. */
function meteredEnv(meter: Meter, patterns: ReadonlyMap<string, Pattern>): CelEnv {
  const find = (name: string) => {
    const group = STANDARD.funcs.find(name);
    if (group === undefined) return undefined;
    const call: typeof group.call = (id, target, args) => {
      const [first, second] = args;
      if (name === 'matches' && typeof target === 'string') {
        const pattern = patterns.get(String(first));
        if (pattern === undefined) return undefined;
        meter.charge((target.length * pattern.re2().prog.numInst()) / 50);
        return pattern.test(target);
      }
      meter.charge(costOf(name, target, args));
      if (name === '_+_' && isCelList(first) && isCelList(second)) return join(first, second, meter);
      return group.call(id, target, args);
    };
    return { name, call };
  };
  return Object.create(STANDARD, { funcs: { value: { find } } }) as CelEnv;
}

function join(left: CelList, right: CelList, meter: Meter): CelList {
  return new Joined(left, right, meter) as unknown as CelList;
}

function costOf(name: string, target: CelValue | undefined, args: readonly CelValue[]): number {
  const length = (value: unknown) => (typeof value === 'string' ? value.length : 0);
  const chars = args.reduce<number>((sum, arg) => sum + length(arg), length(target));
  // Searching can take haystack times needle; reading digits is worse than linear; a time zone is
  // looked up anew each time.
  if (name === 'contains') return 1 + chars / 50 + (length(target) * length(args[0])) / 500;
  if (name === 'int' || name === 'uint') return 1 + chars / 4;
  return (name.startsWith('get') && args.length > 0 ? 300 : 0.25) + chars / 50;
}

function bindings(facts: Facts, meter: Meter): Record<string, CelInput> {
  const named = {
    action: facts.action,
    target: toValue({ ...facts.target }, meter),
    requester: toValue({ ...facts.requester }, meter),
    on_behalf_of: facts.onBehalfOf,
    payload: toValue(facts.payload, meter),
    risk: facts.risk,
    now: timestampFromMs(facts.now),
  };
  return Object.assign(Object.create(null) as Record<string, CelInput>, named);
}
