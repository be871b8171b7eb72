/** JSON as it comes over the wire. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export type Report = (message: string, pointer: string) => void;
/** Looks at one value and reports what Slack would not take, with a JSON pointer, in Slack's words. */
export type Check = (value: unknown, at: string, report: Report) => void;

export function string(most: number, least = 1): Check {
  return (value, at, report) => {
    if (typeof value !== 'string') return report('must provide a string', at);
    if (value.length < least) report(`must be more than ${least - 1} characters`, at);
    if (value.length > most) report(`must be less than ${most + 1} characters`, at);
  };
}

export const anyString: Check = string(Number.MAX_SAFE_INTEGER, 0);

export const boolean: Check = (value, at, report) => {
  if (typeof value !== 'boolean') report('must provide a boolean', at);
};

export function integer(least: number, most: number): Check {
  return (value, at, report) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) return report('must provide an integer', at);
    if (value < least) report(`must be greater than ${least - 1}`, at);
    if (value > most) report(`must be less than ${most + 1}`, at);
  };
}

export function oneOf(...values: readonly string[]): Check {
  return (value, at, report) => {
    if (typeof value !== 'string' || !values.includes(value)) report('must be a valid enum value', at);
  };
}

export function list(item: Check, most: number, least = 1): Check {
  return (value, at, report) => {
    if (!Array.isArray(value)) return report('must provide an array', at);
    if (value.length < least) report(`no less than ${least} items allowed`, at);
    if (value.length > most) report(`no more than ${most} items allowed`, at);
    for (const [index, one] of value.entries()) item(one, `${at}/${index}`, report);
  };
}

type Shape = Readonly<Record<string, Check>>;

/** Exactly these fields. Slack refuses a field that it does not know, and so does the fake. */
export function object(required: Shape, optional: Shape = {}): Check {
  return (value, at, report) => {
    if (!isFields(value)) return report('must provide an object', at);
    for (const name of Object.keys(required)) {
      if (value[name] === undefined) report(`missing required field: ${name}`, at);
    }
    for (const [name, field] of Object.entries(value)) {
      const check = required[name] ?? optional[name];
      if (check === undefined) report(`invalid additional property: ${name}`, at);
      else check(field, `${at}/${name}`, report);
    }
  };
}

/** Chooses by `type`, as everything in Block Kit does. */
export function byType(kinds: Shape): Check {
  return (value, at, report) => {
    if (!isFields(value)) return report('must provide an object', at);
    const kind = value['type'];
    if (kind === undefined) return report('missing required field: type', at);
    const check = typeof kind === 'string' && Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
    if (check === undefined) return report(`unsupported type: ${String(kind)}`, `${at}/type`);
    check(value, at, report);
  };
}
