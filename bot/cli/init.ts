import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { starterFile } from '../policy-file/starter.ts';
import { newToken } from './token-new.ts';

const BAD_CONFIGURATION = 78;

export function initCommand(): Command {
  return new Command('init')
    .description('write a first keyturn.yaml, and print its tokens once')
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : BAD_CONFIGURATION))
    .option('--config <file>', 'where to write it', 'keyturn.yaml')
    .action((options: { config: string }) => {
      const made = { alex: newToken('person'), robin: newToken('person'), agent: newToken('client') };
      const text = starterFile({
        alex: made.alex.sha256,
        robin: made.robin.sha256,
        agent: made.agent.sha256,
      });
      try {
        // `wx`: a file that is there, or a link to one, is never written over.
        writeFileSync(options.config, text, { flag: 'wx', mode: 0o644 });
      } catch (error) {
        process.stderr.write(`${whyNot(options.config, error)}\n`);
        process.exitCode = BAD_CONFIGURATION;
        return;
      }
      process.stdout.write(
        [
          `Wrote ${options.config}. Its tokens are shown this once; the file holds their hashes only.`,
          '',
          `  alex (person)      ${made.alex.token}`,
          `  robin (person)     ${made.robin.token}`,
          `  my-agent (client)  ${made.agent.token}`,
          '',
          'Give each to its holder, put in your own people and groups, then run: keyturn policy check',
          '',
        ].join('\n'),
      );
    });
}

function whyNot(file: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EEXIST')
    return `${file} is there already. Move it away first, or name another file with --config.`;
  return `${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`;
}
