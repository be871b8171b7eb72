import Sqlite from 'better-sqlite3';
import { createChain } from '../../../../store/audit/chain.ts';
import { readFixedPoint } from '../../../../store/audit/fixed-point.ts';
import { readEntry } from '../../../../store/audit/replay-shape.ts';
import type { Noted } from '../../../../store/audit/reports/noted.ts';
import { REPORT_NAMES, runReports } from '../../../../store/audit/reports/run.ts';

export type Row = Readonly<Record<string, string>>;

/** The entries and texts of a database, as a report sees them. */
export function notedOf(file: string, from = 0): readonly Noted[] {
  const db = new Sqlite(file, { readonly: true });
  const chain = createChain(false);
  const texts = db.prepare<[number], { field: string; value: string }>(
    'SELECT field, value FROM disclosures WHERE seq = ?',
  );
  const entries = db
    .prepare<[number], { seq: number; bytes: Uint8Array }>(
      'SELECT seq, bytes FROM entries WHERE seq >= ? ORDER BY seq',
    )
    .all(from);
  const noted = entries.map(({ seq, bytes }) => {
    const read = readFixedPoint(bytes);
    if ('why' in read) throw new Error(read.why);
    const followed = chain.follow(read.entry, bytes);
    if (!('link' in followed)) throw new Error(`entry ${seq} does not follow`);
    const entry = readEntry(read.entry, followed.link);
    if (typeof entry === 'string') throw new Error(entry);
    const held = texts.all(seq).map(({ field, value }) => [field, JSON.parse(value) as string]);
    return { entry, texts: Object.fromEntries(held) as Record<string, string> };
  });
  db.close();
  return noted;
}

export function aboutOf(noted: readonly Noted[]) {
  const from = noted[0]?.entry.seq ?? 0;
  const to = noted.at(-1)?.entry.seq ?? 0;
  return { log: 'keyturn.test', from, to, checkpoint: { size: to + 1, root: '00ff' }, fastSeconds: 30 };
}

/** Every report over these entries, as text. */
export function reportsOver(noted: readonly Noted[]): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const write = (name: string, csv: string) => void files.set(name, (files.get(name) ?? '') + csv);
  const running = runReports({ names: REPORT_NAMES, about: aboutOf(noted), write });
  for (const one of noted) running.take(one);
  running.finish();
  return files;
}

/** A file of RFC 4180, read by its own few rules and none of the code that wrote it. */
export function readCsv(text: string): readonly Row[] {
  const rows: string[][] = [[]];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text[at] ?? '';
    if (quoted && unit === '"' && text[at + 1] === '"') {
      cell += '"';
      at += 1;
    } else if (unit === '"') quoted = !quoted;
    else if (!quoted && unit === ',') {
      rows.at(-1)?.push(cell);
      cell = '';
    } else if (!quoted && unit === '\r' && text[at + 1] === '\n') {
      rows.at(-1)?.push(cell);
      cell = '';
      rows.push([]);
      at += 1;
    } else cell += unit;
  }
  const [columns = [], ...lines] = rows.slice(0, -1);
  return lines.map((line) => {
    if (line.length !== columns.length)
      throw new Error(`${line.length} cells under ${columns.length} columns`);
    return Object.fromEntries(columns.map((column, index) => [column, line[index] ?? '']));
  });
}
