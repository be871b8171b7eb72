import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

const ROOT = join(import.meta.dirname, '../..');

/** One text replaced in one file of the sources. */
export interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** The text of everything that `entry` imports from this repository, by its path from the root. */
export function sourcesOf(entry: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const read = (file: string) => {
    if (found.has(file)) return;
    const source = readFileSync(join(ROOT, file), 'utf8');
    found.set(file, source);
    for (const { fileName } of ts.preProcessFile(source).importedFiles) {
      if (fileName.startsWith('.')) read(relative(ROOT, join(ROOT, dirname(file), fileName)));
    }
  };
  read(entry);
  return found;
}

/** A copy of the sources that Node runs as it is, so that it can be broken without touching the real ones. */
export interface Copy {
  readonly dir: string;
  drop(): void;
}

/**
 * Writes them out as JavaScript, perhaps with one of them changed. A text that is not there exactly
 * once is an error: a mutant that changes nothing would look like one that nobody caught.
 */
export function copyOf(sources: ReadonlyMap<string, string>, edit: Edit | null): Copy {
  if (edit !== null && !sources.has(edit.file)) throw new Error(`${edit.file} is no part of what is run`);
  const scripts = [...sources].map(([file, source]) => ({
    file: file.replace(/\.ts$/, '.js'),
    script: toJavaScript(edit?.file === file ? edited(source, edit) : source),
  }));
  const dir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'keyturn-mutant-'));
  symlinkSync(join(ROOT, 'node_modules'), join(dir, 'node_modules'));
  cpSync(join(ROOT, 'package.json'), join(dir, 'package.json'));
  for (const { file, script } of scripts) {
    mkdirSync(join(dir, dirname(file)), { recursive: true });
    writeFileSync(join(dir, file), script);
  }
  return { dir, drop: () => rmSync(dir, { recursive: true, force: true }) };
}

function edited(source: string, { file, from, to }: Edit): string {
  const times = source.split(from).length - 1;
  if (times !== 1) throw new Error(`"${from}" is ${times} times in ${file}: adapt the mutant to the source`);
  return source.replace(from, () => to);
}

const JAVASCRIPT = new Map<string, string>();

function toJavaScript(source: string): string {
  const known = JAVASCRIPT.get(source);
  if (known !== undefined) return known;
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2022,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
    },
  });
  JAVASCRIPT.set(source, outputText);
  return outputText;
}
