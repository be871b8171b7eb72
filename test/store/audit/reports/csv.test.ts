import fc from 'fast-check';
import { expect, it } from 'vitest';
import { csvLine } from '../../../../store/audit/reports/csv.ts';
import { readCsv } from './report-rows.ts';

const SEED = Number(process.env['KEYTURN_SEED'] ?? 123_456);

it.each([
  ['=1+1'],
  ['+1'],
  ['-1'],
  ['@SUM(A1)'],
  ['\t=1+1'],
  ['\r=1+1'],
  ['\n=1+1'],
  ['＝1+1'],
  ['＋1'],
  ['－1'],
  ['＠SUM(A1)'],
])('puts an apostrophe before %j, so that no spreadsheet runs it', (text) => {
  const line = csvLine([text]);
  expect(line.startsWith("'") || line.startsWith('"\'')).toBe(true);
});

it.each([
  ['a,b', '"a,b"\r\n'],
  ['a;b', '"a;b"\r\n'],
  ['a"b', '"a""b"\r\n'],
  ['a\nb', '"a\nb"\r\n'],
  ['a b', 'a b\r\n'],
  [-7, "'-7\r\n"],
  [7, '7\r\n'],
  [true, 'true\r\n'],
  [null, '\r\n'],
])('writes %j so that it stays one cell', (cell, line) => {
  expect(csvLine([cell])).toBe(line);
});

it('keeps every cell in its column and lets none begin a formula, whatever anybody wrote', () => {
  const cells = fc.array(
    fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('=', '"', '\r\n', ',', '\t-')),
    {
      minLength: 1,
      maxLength: 5,
    },
  );
  fc.assert(
    fc.property(cells, (texts) => {
      const columns = texts.map((_, index) => `c${index}`);
      const [row = {}] = readCsv(csvLine(columns) + csvLine(texts));
      for (const [index, text] of texts.entries()) {
        const cell = row[`c${index}`] ?? '';
        expect(cell.replace(/^'/, '')).toBe(text.replace(/^'/, ''));
        expect(cell).not.toMatch(/^[=+\-@\t\r\n]/);
      }
    }),
    { seed: SEED, numRuns: 500 },
  );
});
