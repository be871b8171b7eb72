import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Command } from 'commander';
import { createVerifier, type Verdict } from '../../store/audit/verify.ts';
import { openVerifySource } from '../../store/sqlite/verify-source.ts';
import { visible } from '../core/visible.ts';

/** 0 is not among them: without a key nobody can say that a log is sound. */
const EXIT = { tampered: 1, unusable: 2, unconfirmed: 3 } as const;
type Exit = (typeof EXIT)[keyof typeof EXIT];

const SQLITE = Buffer.from('SQLite format 3\0');
const LINE_FEED = 0x0a;
/** One more than an entry may have: enough to see that a line is too long, whatever else it has. */
const MOST_LINE = 65_536;

interface Output {
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
}

export function auditVerifyCommand(defaultDatabase: () => string): Command {
  const command = new Command('verify')
    .description('check the log: bytes, chain, texts, and every quorum once more from the votes')
    .argument(
      '[file]',
      'a keyturn.db, or entries as JSON lines; - reads stdin; default: the configured database',
    )
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nExit: 0 sound · 1 tampered · 2 unusable input · 3 sound as far as it was checked',
    )
    // Commander's own exit code for wrong usage is 1, which would say that somebody tampered.
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT.unusable));
  return command.action(async (file: string | undefined, { json }: { readonly json?: true }) => {
    const { writeOut, writeErr } = command.configureOutput();
    const output = {
      write: writeOut ?? ((text: string) => void process.stdout.write(text)),
      writeError: writeErr ?? ((text: string) => void process.stderr.write(text)),
    };
    process.exitCode = await auditVerify(file, defaultDatabase, json ?? false, output);
  });
}

async function auditVerify(
  file: string | undefined,
  defaultDatabase: () => string,
  json: boolean,
  output: Output,
): Promise<Exit> {
  let name = file ?? '';
  let found: Verdict | Error;
  try {
    name = file ?? defaultDatabase();
    found = await verifyFile(name);
  } catch (cause) {
    // Whatever this is, it is no proof that somebody tampered.
    found = cause instanceof Error ? cause : new Error(String(cause));
  }
  return report(name, found, json, output);
}

async function verifyFile(file: string): Promise<Verdict> {
  if (file === '-') return verifyLines(process.stdin);
  return (await isDatabase(file))
    ? verifyDatabase(file)
    : verifyLines(createReadStream(file, { highWaterMark: 1 << 20 }));
}

async function isDatabase(file: string): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(SQLITE.length), 0, SQLITE.length, 0);
    return bytesRead === SQLITE.length && buffer.equals(SQLITE);
  } finally {
    await handle.close();
  }
}

function verifyDatabase(file: string): Verdict {
  const source = openVerifySource(file);
  const verifier = createVerifier({ tables: source.tables });
  try {
    for (const { bytes, beside } of source.entries()) if (!verifier.take(bytes, beside)) break;
    return verifier.finish();
  } catch (cause) {
    // The schema was there, so it is a database of ours, and here its file no longer is.
    if (!(cause instanceof Error && 'code' in cause && String(cause.code).startsWith('SQLITE_'))) throw cause;
    return verifier.giveUp(`the database cannot be read here: ${cause.message}`);
  } finally {
    source.close();
  }
}

/** Cuts the stream at line feeds, which no entry has in it. */
async function verifyLines(chunks: AsyncIterable<Buffer>): Promise<Verdict> {
  const verifier = createVerifier();
  let begun: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, from)) {
      const line = chunk.subarray(from, end);
      if (!verifier.take(begun.length === 0 ? line : Buffer.concat([begun, line]))) return verifier.finish();
      begun = begun.subarray(0, 0);
      from = end + 1;
    }
    begun = Buffer.concat([begun, chunk.subarray(from)]);
    if (begun.length > MOST_LINE) break;
  }
  if (begun.length > 0) verifier.take(begun);
  return verifier.finish();
}

function report(name: string, found: Verdict | Error, json: boolean, output: Output): Exit {
  const unusable = found instanceof Error || !found.usable;
  const problem = found instanceof Error ? { seq: null, why: found.message } : found.problem;
  const exit = unusable ? EXIT.unusable : problem === null ? EXIT.unconfirmed : EXIT.tampered;
  const verdict = found instanceof Error ? null : found;
  if (json) {
    const told = {
      ok: exit === EXIT.unconfirmed,
      exit,
      entries: verdict?.entries ?? 0,
      first_seq: verdict?.firstSeq ?? null,
      last_seq: verdict?.lastSeq ?? null,
      last_hash: verdict?.lastHash ?? null,
      requests: verdict?.requests ?? 0,
      problem,
      not_checked: verdict === null ? [] : notChecked(verdict),
    };
    output.write(`${JSON.stringify(told)}\n`);
  } else if (verdict === null || unusable) {
    output.writeError(`${line(name)}: cannot be verified: ${line(problem?.why ?? '')}\n`);
  } else {
    output.write(toText(name, verdict));
  }
  return exit;
}

function toText(name: string, verdict: Verdict): string {
  const { problem, entries, requests, firstSeq, lastSeq, lastHash, hasTables } = verdict;
  const counted = `${entries} entries${entries === 0 ? '' : ` (${firstSeq} to ${lastSeq})`}, ${requests} requests`;
  const lines = [];
  if (problem !== null) {
    lines.push(
      `${line(name)}: TAMPERED at entry ${problem.seq}: ${line(problem.why)}`,
      `before it: ${counted}`,
    );
  } else {
    lines.push(
      `${line(name)}: nothing wrong in ${counted}`,
      `checked: bytes, origin, sequence, hash chain, times, ${hasTables ? 'texts, ' : ''}every state and every quorum${hasTables ? ', tables' : ''}`,
    );
  }
  if (lastHash !== null) lines.push(`leaf hash of entry ${lastSeq}: ${lastHash}`);
  lines.push(...notChecked(verdict).map((what) => `not checked: ${what}`));
  return `${lines.join('\n')}\n`;
}

/** What a reader could take for granted, and must not. */
function notChecked({ problem, firstSeq, lastSeq, hasTables, missingTexts, unreplayed }: Verdict): string[] {
  if (problem !== null) return ['everything after it'];
  return [
    'signatures: no key was given',
    `the tail: nothing outside the log confirms that entry ${lastSeq} is the last; compare its leaf hash with one you hold`,
    'groups: who left one since, and who was in clear_from, is not in the log',
    ...(hasTables ? [] : ['texts and tables: entries alone do not hold them']),
    ...(firstSeq === 0 ? [] : [`what came before entry ${firstSeq}: its prev is taken as given`]),
    ...(unreplayed === 0 ? [] : [`${unreplayed} entries about requests that began before entry ${firstSeq}`]),
    ...(missingTexts === 0
      ? []
      : [`${missingTexts} texts that entries commit to and that are no longer there`]),
  ];
}

/** Names of files and ids in a log are other people's words: on one line, and nothing in them unseen. */
function line(text: string): string {
  return visible(text).replaceAll('\n', '⟦LF⟧');
}
