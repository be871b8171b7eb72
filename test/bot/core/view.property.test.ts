import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalJson,
  isJsonArray,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../../../bot/core/canonical-json.ts';
import { redact } from '../../../bot/core/redaction.ts';
import { renderView, toView } from '../../../bot/core/view.ts';
import { visible } from '../../../bot/core/visible.ts';

const seed = Number(process.env['KEYTURN_SEED'] ?? 20261122);

const piece = fc.constantFrom(
  '\u202e',
  '\u200b',
  ' ',
  ' '.repeat(40),
  '\n',
  '\n\n\n\n\n',
  '⟦',
  '"',
  '\\',
  'а',
  'a',
  '$ ',
  '{',
);
const text = fc.oneof(
  fc.array(fc.oneof(piece, fc.string({ maxLength: 4 })), { maxLength: 20 }).map((pieces) => pieces.join('')),
  fc.string({ minLength: 100, maxLength: 2000 }),
  fc.constantFrom('__proto__', 'kind', 'sql', 'command', '10', '9'),
);
const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<Json>(null, true, 0, -1.5),
    text,
    fc.array(tie('value'), { maxLength: 12 }),
    fc.array(fc.tuple(text, tie('value')), { maxLength: 12 }).map((fields) => Object.fromEntries(fields)),
  ),
}));
const sha256 = fc.constant('ab12');
const command = fc.record(
  {
    kind: fc.constant('command'),
    argv: fc.array(text, { minLength: 1, maxLength: 40 }),
    cwd: text,
    executable: fc.record({ path: text, sha256 }),
    env: fc.array(fc.record({ name: text, salt: text, digest: text }), { maxLength: 3 }),
    files: fc.array(fc.record({ path: text, sha256 }), { maxLength: 60 }),
    stdin: fc.option(text),
    interactive: fc.constant(true),
    env_all: fc.constant(true),
  },
  { requiredKeys: ['kind', 'argv', 'cwd', 'executable', 'env', 'files', 'stdin'], noNullPrototype: true },
);
const sql = fc.record({ kind: fc.constant('sql'), statement: text }, { noNullPrototype: true });
const payload: fc.Arbitrary<JsonObject> = fc.oneof(value.filter(isJsonObject), command, sql);

/** The lines before they were wrapped. */
function unwrapped(view: string): string {
  return view.replaceAll('\n⟦…⟧', '');
}

function stringsIn(json: Json): string[] {
  if (typeof json === 'string') return [json];
  if (isJsonArray(json)) return json.flatMap(stringsIn);
  return isJsonObject(json) ? Object.entries(json).flatMap(([key, item]) => [key, ...stringsIn(item)]) : [];
}

/** Places in the payload, as pointers. */
function pointersIn(json: Json, at = ''): string[] {
  const below = isJsonArray(json)
    ? json.map((item, index): [string, Json] => [String(index), item])
    : isJsonObject(json)
      ? Object.entries(json)
      : [];
  return below.flatMap(([key, item]) => {
    const pointer = `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    return [pointer, ...pointersIn(item, pointer)];
  });
}

describe('a view, for any payload', () => {
  it('hides no line without saying so, and never the last one', () => {
    fc.assert(
      fc.property(payload, (json) => {
        const view = toView(json, []);
        const shown = view.preview.text.split('\n');
        const lines = view.text.split('\n');
        expect(view.preview.hiddenLines > 0 || view.preview.text === view.text).toBe(true);
        expect(shown.length).toBeLessThanOrEqual(40);
        expect(Buffer.byteLength(view.preview.text)).toBeLessThanOrEqual(4096);
        expect(shown.at(-1)).toBe(lines.at(-1));
        expect(shown.at(0)).toBe(lines.at(0));
        if (view.preview.hiddenLines > 0)
          expect(shown.length - 1 + view.preview.hiddenLines).toBe(lines.length);
      }),
      { seed, numRuns: 500 },
    );
  });

  it('shows every string of the payload', () => {
    fc.assert(
      fc.property(payload, (json) => {
        const shown = unwrapped(renderView(json, []).text);
        const isJson = shown.startsWith('{');
        const isCommand = shown.startsWith('$ ');
        const words = isJson ? stringsIn(json) : isCommand ? stringsIn(Object.values(json)) : [];
        for (const word of words.filter((one) => isJson || !['command', 'path', 'sha256'].includes(one))) {
          const asLine = visible(word).split('\n');
          const found =
            shown.includes(JSON.stringify(visible(word))) ||
            shown.includes(visible(word)) ||
            shown.includes(asLine.map((line) => `| ${line}`).join('\n'));
          expect(found || ['name', 'salt', 'digest'].includes(word)).toBe(true);
        }
        if (!isJson && !isCommand) expect(shown).toBe(visible(String(json['statement'])));
      }),
      { seed, numRuns: 500 },
    );
  });

  it('shows two different commands differently', () => {
    const argv = fc.array(
      fc.oneof(fc.string({ maxLength: 4 }), piece, fc.constantFrom('a', 'a b', 'b', '"a"')),
      {
        minLength: 1,
        maxLength: 4,
      },
    );
    fc.assert(
      fc.property(command, argv, argv, (json, one, other) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(other));
        expect(renderView({ ...json, argv: one }, []).text).not.toBe(
          renderView({ ...json, argv: other }, []).text,
        );
      }),
      { seed, numRuns: 1000 },
    );
  });

  it('shows two different payloads of any kind differently', () => {
    // Few words, so that one kind gets many chances to look like another.
    const word = fc.constantFrom(
      '',
      'a',
      '$ a',
      '{',
      '{}',
      '\ncwd a',
      'stdin none',
      '| a',
      '⟦…⟧',
      '"a"',
      'a\nb',
      ' \n$ a',
    );
    const words = fc.array(word, { minLength: 1, maxLength: 3 });
    const small = fc.oneof(
      words.map((all) => ({ kind: 'sql', statement: all.join('') })),
      fc.dictionary(word, word, { maxKeys: 2, noNullPrototype: true }),
      fc.tuple(command, words, word, fc.option(word)).map(([json, argv, cwd, stdin]) => ({
        ...{ ...json, argv, cwd, stdin, env: [], files: [] },
      })),
    );
    fc.assert(
      fc.property(small, small, (one, other) => {
        fc.pre(canonicalJson(one) !== canonicalJson(other));
        expect(renderView(one, []).text).not.toBe(renderView(other, []).text);
      }),
      { seed, numRuns: 2000 },
    );
  });

  it('has no line over 160 characters, and no character that a reader could miss', () => {
    fc.assert(
      fc.property(payload, (json) => {
        const { text: shown } = renderView(json, []);
        for (const line of shown.split('\n')) expect([...line].length).toBeLessThanOrEqual(160);
        expect(shown).not.toMatch(/(?!\n)\p{C}|(?! )\p{Z}|\p{Default_Ignorable_Code_Point}| {33}/u);
      }),
      { seed, numRuns: 500 },
    );
  });

  it('row 14: shows nothing of a redacted value, and counts every one', () => {
    const canary = 'CANARY-4f1c';
    fc.assert(
      fc.property(payload, fc.nat(), (json, choice) => {
        const places = pointersIn(json);
        fc.pre(places.length > 0);
        const place = places[choice % places.length] ?? '';
        const planted = redact(json, [place]).payload;
        const mark = '⟦redacted: ';
        const withCanary = JSON.parse(JSON.stringify(planted).replace(new RegExp(`${mark}[^⟧]*⟧`), canary));
        fc.pre(JSON.stringify(withCanary).includes(canary));
        const where = pointersIn(withCanary).filter((pointer) => pointer === place);
        const view = toView(withCanary, where);
        expect(JSON.stringify(view)).not.toContain(canary);
        expect(view.preview.hiddenValues).toBe(1);
      }),
      { seed, numRuns: 300 },
    );
  });
});
