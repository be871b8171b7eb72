import { Command } from 'commander';
import { askAsAuditor, ending, readAuditor, readSeq } from './auditor.ts';

interface Options {
  readonly seq: string;
  readonly field: string;
  readonly reason: string;
}

const SAID = {
  gone: 'It is in no row, no page of the database and no frame of its write-ahead log any more.',
  standing: 'The same words still stand in another record, which nobody erased.',
  held: 'Somebody reads an older state of the database. The file is cleaned as soon as they are done.',
} as const;

export function auditEraseCommand(): Command {
  return new Command('erase')
    .description('forget one text beside the log for good; for auditors, and itself an entry')
    .requiredOption('--seq <seq>', 'the entry that the text belongs to')
    .requiredOption('--field <name>', 'which of its texts, such as comment, reason or key')
    .requiredOption('--reason <text>', 'why; it stands in the log')
    .addHelpText('after', '\nKEYTURN_URL and KEYTURN_TOKEN (a person’s, ktp_…) say where and who.')
    .action(({ seq, field, reason }: Options) =>
      ending(async () => {
        const asked = { seq: readSeq(seq, '--seq'), field, reason };
        const response = await askAsAuditor(readAuditor(process.env), '/v1/audit/erasures', asked);
        const { erased_by: by, file } = (await response.json()) as {
          readonly erased_by: number;
          readonly file: keyof typeof SAID;
        };
        process.stdout.write(
          `Erased the ${field} of entry ${asked.seq}; entry ${by} says so.\n${SAID[file]}\n`,
        );
        process.stdout.write(
          'Copies that were exported, streamed or posted before are not reached by this.\n',
        );
      }),
    );
}
