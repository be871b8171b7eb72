import {
  type CelEnv,
  type CelInput,
  type CelList,
  type CelValue,
  celEnv,
  celList,
  celMap,
  isCelList,
  parse,
  plan,
} from '@bufbuild/cel';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { RE2JS } from '@bufbuild/re2';
import type { Facts } from './core/match.ts';
import type { Condition } from './core/policy.ts';
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
const TYPES = new Set([
  'int',
  'uint',
  'double',
  'bool',
  'string',
  'bytes',
  'list',
  'map',
  'null_type',
  'type',
]);
/** What the library evaluates itself, without a function of that name. */
const OPERATORS = new Set(['_[_]', '_?_:_', '_&&_', '_||_', '@not_strictly_false']);

const STANDARD = celEnv();

// The library knows its own lists and maps by a symbol that it keeps to itself. Ours carry the same
// one, so that it takes them, and with them our count of the work, for its own.
for (const [ours, theirs] of [
  [Items, celList([])],
  [Members, celMap(new Map())],
] as const) {
  for (const mark of Object.getOwnPropertySymbols(theirs))
    Object.defineProperty(ours.prototype, mark, { value: {} });
}

/**
 * A `when` of the policy, compiled once. Whatever goes wrong later, down to an exhausted stack, is
 * `unevaluable`: the core then lets it bind, and never lets it free.
 */
export function compileCondition(expression: string): CompiledCondition {
  if (expression.length > MAX_LENGTH)
    return { ok: false, problem: `is longer than ${MAX_LENGTH} characters` };
  try {
    const parsed = parse(expression);
    const found = new Inspection();
    found.walk(parsed.expr, new Set(), 0, 0);
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
    return {
      ok: true,
      condition: Object.assign(condition, { source: expression }),
      mentions: found.mentions,
    };
  } catch (error) {
    if (error instanceof Unfit) return { ok: false, problem: error.message };
    if (error instanceof RangeError) return { ok: false, problem: TOO_DEEP };
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, problem: `is not CEL: ${reason.replace('<input>:', '').slice(0, 200)}` };
  }
}

/** CEL, but not of a kind that may decide here. */
class Unfit extends Error {}
const TOO_DEEP = 'is nested too deeply';

type Expr = NonNullable<ReturnType<typeof parse>['expr']>;
type Pattern = ReturnType<typeof RE2JS.compile>;

/** One walk over the parsed expression: names, functions, patterns and size. Throws `Unfit`. */
class Inspection {
  nodes = 0;
  readonly mentions = new Set<string>();
  readonly patterns = new Map<string, Pattern>();

  walk(expr: Expr | undefined, scope: ReadonlySet<string>, macros: number, depth: number): void {
    if (expr === undefined) return;
    this.nodes += 1;
    if (depth > MAX_DEPTH) throw new Unfit(TOO_DEEP);
    const within = (...inner: (Expr | undefined)[]) => {
      for (const part of inner) this.walk(part, scope, macros, depth + 1);
    };
    const kind = expr.exprKind;
    switch (kind.case) {
      case 'constExpr':
        break;
      case 'identExpr':
        this.name(kind.value.name, scope);
        break;
      case 'selectExpr':
        this.field(kind.value.operand, kind.value.field, scope);
        within(kind.value.operand);
        break;
      case 'callExpr':
        this.call(kind.value.function, kind.value.target, kind.value.args);
        within(kind.value.target, ...kind.value.args);
        break;
      case 'listExpr':
        within(...kind.value.elements);
        break;
      case 'structExpr':
        if (kind.value.messageName !== '') throw new Unfit(`cannot make a ${kind.value.messageName}`);
        for (const { keyKind, value } of kind.value.entries) {
          within(keyKind.case === 'mapKey' ? keyKind.value : undefined, value);
        }
        break;
      case 'comprehensionExpr': {
        const { iterVar, accuVar, iterRange, accuInit, loopCondition, loopStep, result } = kind.value;
        // Each level multiplies the work by the size of a list that a stranger wrote.
        if (macros >= MAX_NESTED_MACROS) throw new Unfit(`nests more than ${MAX_NESTED_MACROS} macros`);
        // `[1].exists(payload, …)` would look like a condition on the payload and be none.
        if (FIELDS.has(iterVar) || TYPES.has(iterVar)) {
          throw new Unfit(`uses "${iterVar}" as the variable of a macro: take another name`);
        }
        within(iterRange, accuInit);
        const inner = new Set([...scope, iterVar, accuVar]);
        for (const part of [loopCondition, loopStep, result]) this.walk(part, inner, macros + 1, depth + 1);
        break;
      }
      default:
        throw new Unfit('has a part that cannot be read');
    }
  }

  private name(name: string, scope: ReadonlySet<string>): void {
    if (scope.has(name) || TYPES.has(name)) return;
    if (!FIELDS.has(name)) {
      throw new Unfit(`has the unknown name "${name}": there are ${[...FIELDS.keys()].join(', ')}`);
    }
    this.mentions.add(name);
  }

  /** A misspelt field would never be there: a deny that always binds, an allow that never does. */
  private field(operand: Expr | undefined, field: string, scope: ReadonlySet<string>): void {
    if (operand?.exprKind.case !== 'identExpr' || scope.has(operand.exprKind.value.name)) return;
    const { name } = operand.exprKind.value;
    const known = FIELDS.get(name);
    if (known && !known.includes(field)) {
      throw new Unfit(`asks for ${name}.${field}, and ${name} has ${known.join(', ')}`);
    }
  }

  private call(name: string, target: Expr | undefined, args: readonly Expr[]): void {
    if (OPERATORS.has(name)) return;
    if (STANDARD.funcs.find(name) === undefined)
      throw new Unfit(`calls "${name}", and there is no such function`);
    if (name !== 'matches') return;
    const pattern = args[0]?.exprKind;
    const text = pattern?.case === 'constExpr' ? pattern.value.constantKind : undefined;
    // A pattern out of the payload can be 128 KiB long and take seconds, linear or not.
    if (target === undefined || args.length !== 1 || text?.case !== 'stringValue') {
      throw new Unfit('needs a pattern that is written out, as in payload.statement.matches("…")');
    }
    // What RE2 reads as a word boundary is a backspace to CEL, and a deny with it would never bind.
    if (text.value.includes('\b'))
      throw new Unfit("has a backspace in a pattern: write r'…' for a word boundary");
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
