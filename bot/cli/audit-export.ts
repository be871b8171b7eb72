import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { Command } from 'commander';
import { askAsAuditor, ending, readAuditor, readSeq, unreachable, usage } from './auditor.ts';

interface Options {
  readonly from?: string;
  readonly to?: string;
  readonly report?: readonly string[];
  readonly out?: string;
}

export function auditExportCommand(): Command {
  return new Command('export')
    .description('write the log with its proofs and reports into one archive; for auditors')
    .option('--from <seq>', 'the first entry; default: the oldest')
    .option('--to <seq>', 'the last entry; default: the newest')
    .option('--report <name...>', 'these reports only; every entry is exported in any case')
    .option('--out <file>', 'where to write it; default: the name that it comes with, in this folder')
    .addHelpText('after', '\nKEYTURN_URL and KEYTURN_TOKEN (a person’s, ktp_…) say where and who.')
    .action((options: Options) => ending(() => exportAudit(options)));
}

async function exportAudit({ from, to, report, out }: Options): Promise<void> {
  const auditor = readAuditor(process.env);
  const response = await askAsAuditor(auditor, '/v1/audit/exports', {
    ...(from === undefined ? {} : { from: readSeq(from, '--from') }),
    ...(to === undefined ? {} : { to: readSeq(to, '--to') }),
    ...(report === undefined ? {} : { reports: report }),
  });
  const file = out ?? nameOf(response);
  // Whole or not at all: what is cut off must not lie there as if it were a bundle.
  const part = `${file}.part`;
  const handle = await create(part).catch(async (cause: unknown) => {
    await response.body?.cancel();
    throw cause;
  });
  const progress = startProgress(response.headers.get('keyturn-entries') ?? '?');
  try {
    for await (const chunk of response.body ?? []) progress.add(await writeAll(handle, chunk));
    await handle.sync();
  } catch (cause) {
    await handle.close();
    await rm(part, { force: true });
    throw unreachable(cause);
  } finally {
    progress.stop();
  }
  await handle.close();
  await rename(part, file);
  process.stdout.write(`${file}\n`);
}

async function create(part: string): Promise<FileHandle> {
  try {
    // It holds names and comments, so nobody else reads it.
    return await open(part, 'wx', 0o600);
  } catch (cause) {
    throw usage(`${part} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<number> {
  for (let at = 0; at < chunk.length; ) at += (await handle.write(chunk, at)).bytesWritten;
  return chunk.length;
}

/** The name is the server's word: taken only if it is the name of a bundle and of nothing else. */
function nameOf(response: Response): string {
  const [, name] =
    /filename="(audit-[A-Za-z0-9._-]{1,200}\.tar\.gz)"/.exec(
      response.headers.get('content-disposition') ?? '',
    ) ?? [];
  return name ?? 'audit-export.tar.gz';
}

const PLAIN_EVERY_MS = 10_000;

/** One line that is updated on a terminal, and a line now and then elsewhere. Nothing for what is quick. */
function startProgress(entries: string) {
  const began = Date.now();
  const { isTTY } = process.stderr;
  let bytes = 0;
  const say = () => {
    const text = `${entries} entries, ${(bytes / 2 ** 20).toFixed(1)} MiB after ${Math.round((Date.now() - began) / 1000)} s`;
    process.stderr.write(isTTY ? `\r${text}\u001b[K` : `${text}\n`);
  };
  const timer = setInterval(say, isTTY ? 1_000 : PLAIN_EVERY_MS);
  return {
    add(more: number) {
      bytes += more;
    },
    stop() {
      clearInterval(timer);
      if (isTTY && Date.now() - began >= 1_000) process.stderr.write('\r\u001b[K');
    },
  };
}
