#!/usr/bin/env node
import { Command } from 'commander';
import { KeyturnFault } from '../core/fault.ts';
import { SOFTWARE } from '../software.ts';

/** Before anything else of it is loaded: what goes wrong in a hook, also this early, must block the call. */
const answering =
  process.argv[2] === 'hook'
    ? (await import('../../connectors/hook/fail-closed.ts')).failClosed()
    : { answered: () => undefined };

/** Each command is loaded when it is named: `guard` must not pay for a server that it never starts. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  init: async () => (await import('./init.ts')).initCommand(),
  serve: async () => (await import('./serve.ts')).serveCommand(),
  worker: async () => (await import('./worker.ts')).workerCommand(),
  room: async () => (await import('./room-code.ts')).roomCommand(),
  token: async () => (await import('./token-new.ts')).tokenCommand(),
  request: async () => (await import('./request.ts')).requestCommand(),
  hook: async () => (await import('./hook.ts')).hookCommand(answering),
  mcp: async () => (await import('./mcp.ts')).mcpCommand(),
  guard: async () => (await import('./guard.ts')).guardCommand(),
  people: async () => (await import('./people.ts')).peopleCommand(),
  backup: async () => (await import('./backup.ts')).backupCommand(),
  restore: async () => (await import('./backup.ts')).restoreCommand(),
  policy: async () => (await import('./policy.ts')).policyCommand(),
  doctor: async () => (await import('./doctor.ts')).doctorCommand(),
  audit: async () => {
    const { auditVerifyCommand } = await import('./audit-verify.ts');
    const { auditProofCommand } = await import('./audit-proof.ts');
    const { auditExportCommand } = await import('./audit-export.ts');
    const { auditEraseCommand } = await import('./audit-erase.ts');
    const { newEpochCommand, rotateKeyCommand } = await import('./audit-keys.ts');
    const { defaultDatabase } = await import('./default-database.ts');
    const { defaultInstallation } = await import('./default-installation.ts');
    return new Command('audit')
      .description('look at the log, and keep its keys')
      .addCommand(auditVerifyCommand(defaultDatabase))
      .addCommand(auditProofCommand(defaultInstallation))
      .addCommand(auditExportCommand())
      .addCommand(auditEraseCommand())
      .addCommand(rotateKeyCommand())
      .addCommand(newEpochCommand());
  },
};

/** sysexits.h: EX_CONFIG, for everything that the person who typed the command must change. */
const EXIT_USAGE = 78;

const program = new Command('keyturn')
  .description('The two-key rule for AI agents and CI.')
  .version(SOFTWARE)
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT_USAGE));

const named = COMMANDS[process.argv[2] ?? ''];
for (const load of named === undefined ? Object.values(COMMANDS) : [named]) program.addCommand(await load());

try {
  await program.parseAsync();
} catch (cause) {
  if (!(cause instanceof KeyturnFault)) throw cause;
  process.stderr.write(`keyturn: ${cause.message}\n`);
  process.exit(EXIT_USAGE);
}
