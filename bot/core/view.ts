import { isJsonArray, isJsonObject, type Json, type JsonObject } from './canonical-json.ts';
import { planLines } from './plan-view.ts';
import { REDACTION_MARK, redact } from './redaction.ts';
import type { Preview } from './request.ts';
import { visible, visibleJson, wrapLine } from './visible.ts';

/** Counts up whenever the same payload would give another text. It is part of the view digest. */
export const RENDERER = 3;

const PREVIEW_LINES = 40;
const PREVIEW_BYTES = 4096;

interface View {
  readonly text: string;
  readonly redacted: readonly string[];
  readonly preview: Preview;
}

/**
 * One kind of payload as lines, or null when this payload is not exactly of that shape.
 * Every field MUST be in the lines, and no field may be able to pass for another one.
 * The strings in `shown` are visible already; `safe` is the same payload before that, to count in.
 */
type Renderer = (shown: JsonObject, safe: JsonObject) => readonly string[] | null;

/** Another kind is one more line here. A Map, because the requester's `kind` may well say `constructor`. */
const RENDERERS: ReadonlyMap<Json | undefined, Renderer> = new Map<Json, Renderer>([
  ['command', renderCommand],
  ['sql', renderSql],
  ['terraform_plan', renderPlan],
]);

export function toView(payload: JsonObject, pointers: readonly string[]): View {
  const { text, redacted } = renderView(payload, pointers);
  return { text, redacted, preview: { ...cutView(text), hiddenValues: redacted.length } };
}

/**
 * The whole payload as people read it: a pure function of payload, redaction rules and RENDERER.
 * Whatever is not exactly of a known shape is shown as JSON, so that a field that we do not know is
 * never left out.
 */
export function renderView(payload: JsonObject, redactPointers: readonly string[]): Omit<View, 'preview'> {
  const { payload: safe, redacted } = redact(payload, redactPointers);
  // Made visible here, once for all kinds, so that no renderer can forget it.
  const shown = visibleJson(safe, new Set(redacted)) as JsonObject;
  const lines = RENDERERS.get(shown['kind'])?.(shown, safe) ?? prettyJson(shown, 0).split('\n');
  return { text: lines.flatMap(wrapLine).join('\n'), redacted };
}

/**
 * Head and tail of a long view, with the number of hidden lines between them. Only whole lines, and
 * always a tail: what is pushed out of sight at the end is what somebody wants unseen.
 */
export function cutView(text: string): Omit<Preview, 'hiddenValues'> {
  // A view is wrapped already. Any other text is wrapped here, so that at least one line of its tail fits.
  const lines = text.split('\n').flatMap(wrapLine);
  const bytes = bytesOf(lines);
  if (lines.length <= PREVIEW_LINES && bytes <= PREVIEW_BYTES)
    return { text: lines.join('\n'), hiddenLines: 0 };

  const mark = (hidden: number, shown: number) =>
    `⟦${hidden} of ${lines.length} lines hidden; showing ${shown} of ${bytes} bytes⟧`;
  const room = PREVIEW_BYTES - bytesOf([mark(lines.length, bytes)]);
  const tail = leading([...lines].reverse(), Math.floor(PREVIEW_LINES / 3), Math.floor(room / 3)).reverse();
  const head = leading(lines, PREVIEW_LINES - 1 - tail.length, room - bytesOf(tail) - 1);
  const hiddenLines = lines.length - head.length - tail.length;
  const cut = [...head, mark(hiddenLines, bytesOf([...head, ...tail])), ...tail];
  return { text: cut.join('\n'), hiddenLines };
}

/** As many of the first lines as fit, each with its line break. */
function leading(lines: readonly string[], most: number, room: number): string[] {
  const taken: string[] = [];
  let left = room;
  for (const line of lines.slice(0, most)) {
    left -= bytesOf([line]) + 1;
    if (left < 0) break;
    taken.push(line);
  }
  return taken;
}

function bytesOf(lines: readonly string[]): number {
  return Buffer.byteLength(lines.join('\n'));
}

interface Command {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly executable: { readonly path: string; readonly sha256: string };
  readonly env: readonly { readonly name: string; readonly salt: string; readonly digest: string }[];
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
  readonly stdin: string | null;
  readonly interactive?: true;
  readonly env_all?: true;
  readonly plan?: JsonObject;
}

const isCommand = objectOf(
  {
    kind: isText,
    argv: listOf(isText),
    cwd: isText,
    executable: objectOf({ path: isText, sha256: isText }),
    env: listOf(objectOf({ name: isText, salt: isText, digest: isText })),
    files: listOf(objectOf({ path: isText, sha256: isText })),
    stdin: (value) => value === null || isText(value),
  },
  { interactive: (value) => value === true, env_all: (value) => value === true, plan: isJsonObject },
);

function renderCommand(shown: JsonObject, safe: JsonObject): readonly string[] | null {
  if (!isCommand(shown)) return null;
  const command = shown as unknown as Command;
  if (command.argv.length === 0) return null;
  const { executable, env, files, plan } = command;
  const planned = plan === undefined ? [] : planLines(plan, word);
  if (planned === null) return null;
  return [
    ...planned,
    `$ ${command.argv.map(word).join(' ')}`,
    `cwd ${word(command.cwd)}`,
    `executable ${word(executable.path)} sha256 ${word(executable.sha256)}`,
    ...env.map(
      (one) => `env ${word(one.name)}, value withheld, digest ${word(one.digest)}, salt ${word(one.salt)}`,
    ),
    ...files.map((file) => `file ${word(file.path)} sha256 ${word(file.sha256)}`),
    ...stdinLines(command.stdin, safe['stdin']),
    // Last, because the tail of a view is never hidden.
    ...(command.interactive ? ['interactive: what is typed later is NOT part of this approval'] : []),
    ...(command.env_all ? ['the whole environment of the caller is passed'] : []),
  ];
}

/** Plain words stay as they are. A quoted one can neither end its line nor pass for two. */
function word(text: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(text) ? text : JSON.stringify(text);
}

function stdinLines(shown: string | null, safe: Json | undefined): string[] {
  if (shown === null) return ['stdin none'];
  // The mark tells the length of what it stands for; counting the mark would tell a wrong one.
  if (shown.startsWith(REDACTION_MARK)) return [`stdin ${shown}`];
  // The bar: without it, a line of stdin could say that it is the working directory.
  return [`stdin, ${bytesOf([String(safe)])} bytes:`, ...shown.split('\n').map((line) => `| ${line}`)];
}

/** What a run elsewhere adds: where it is, and what holds it to each value of its plan. */
const PLACED = ['organization', 'workspace_id', 'commit', 'plan_sha256'] as const;

const isPlan = objectOf(
  { kind: isText, plan: isJsonObject },
  { ...Object.fromEntries(PLACED.map((name) => [name, isText])), advisory: (value) => value === true },
);

function renderPlan(shown: JsonObject): readonly string[] | null {
  const planned = isPlan(shown) ? planLines(shown['plan'] as Json, word) : null;
  if (planned === null) return null;
  return [
    ...planned,
    ...PLACED.flatMap((name) => (shown[name] === undefined ? [] : [`${name} ${word(String(shown[name]))}`])),
    // Last, because the tail of a view is never hidden.
    ...(shown['advisory'] === true ? ['ADVISORY: it is applied whatever is decided here'] : []),
  ];
}

const isSql = objectOf({ kind: isText, statement: isText });

function renderSql(shown: JsonObject): readonly string[] | null {
  if (!isSql(shown)) return null;
  const statement = String(shown['statement']);
  // A statement that begins as the view of something else does would pass for it, and no SQL does.
  return /^\s*(?!plan of terraform )[^\s${]/.test(statement) ? statement.split('\n') : null;
}

/** Keys are sorted, so that one canonical payload has one view, in whatever order it came. */
function prettyJson(value: Json, depth: number): string {
  const isList = isJsonArray(value);
  if (!isList && !isJsonObject(value)) return JSON.stringify(value);
  const parts = isList
    ? value.map((item) => prettyJson(item, depth + 1))
    : Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, item]) => `${JSON.stringify(key)}: ${prettyJson(item, depth + 1)}`);
  const [open, close] = isList ? '[]' : '{}';
  if (parts.length === 0) return `${open}${close}`;
  // How deep it goes is the requester's choice, so indenting must not push a value out of sight either.
  const [outer, inner] = [visible('  '.repeat(depth)), visible('  '.repeat(depth + 1))];
  return `${open}\n${parts.map((part) => inner + part).join(',\n')}\n${outer}${close}`;
}

type Check = (value: Json) => boolean;

function isText(value: Json): boolean {
  return typeof value === 'string';
}

function listOf(check: Check): Check {
  return (value) => isJsonArray(value) && value.every(check);
}

/** Exactly these fields: one that is missing, unknown or of another type makes it something else. */
function objectOf(
  required: Readonly<Record<string, Check>>,
  optional: Readonly<Record<string, Check>> = {},
): Check {
  const checks = new Map(Object.entries({ ...required, ...optional }));
  return (value) =>
    isJsonObject(value) &&
    Object.keys(required).every((key) => Object.hasOwn(value, key)) &&
    Object.entries(value).every(([key, field]) => checks.get(key)?.(field) ?? false);
}
