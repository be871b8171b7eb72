import { dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { backUp, restore } from '../../store/sqlite/backup.ts';
import { KeyturnFault } from '../core/fault.ts';
import { defaultDatabase } from './default-database.ts';

/** sysexits.h: EX_CANTCREAT. */
const EXIT_FAILED = 73;

export function backupCommand(): Command {
  return new Command('backup')
    .description('write a whole copy of the database, also while the server runs')
    .argument('<file>', 'where to write it; a file that is there is never written over')
    .addHelpText(
      'after',
      '\nThe signing keys (key_dir) and keyturn.yaml are not in it: keep copies of them elsewhere.',
    )
    .action((file: string) =>
      failing(() => {
        const { seq, bytes } = backUp(defaultDatabase(), resolve(file));
        print(
          `${file}: ${(bytes / 2 ** 20).toFixed(1)} MiB, up to entry ${seq}. Keys and keyturn.yaml are not in it.`,
        );
      }),
    );
}

export function restoreCommand(): Command {
  return new Command('restore')
    .description('put a backup in the place of a database that is gone')
    .argument('<file>', 'the backup')
    .action((file: string) =>
      failing(() => {
        const database = defaultDatabase();
        const { seq } = restore(resolve(file), dirname(database));
        print(
          `${database} is now the backup, up to entry ${seq}.`,
          'Start the server. It releases nothing before an anchor shows that this is the newest copy.',
          'Where /readyz says that none does, look first; then stop it, and: keyturn audit new-epoch --reason WHY',
        );
      }),
    );
}

/** What is wrong with the command is told apart from what is wrong with a file. */
function failing(work: () => void): void {
  try {
    work();
  } catch (cause) {
    if (cause instanceof KeyturnFault && cause.code === 'CONFIG_INVALID') throw cause;
    process.stderr.write(`keyturn: ${cause instanceof Error ? cause.message : String(cause)}\n`);
    process.exitCode = EXIT_FAILED;
  }
}

function print(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
