import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { openProofSource } from '../../store/sqlite/proof-source.ts';
import { KeyturnFault } from '../core/fault.ts';

/** Reads beside a running server. The proof is for whoever trusts the key and has nothing else of the log. */
export function auditProofCommand(defaultDatabase: () => string): Command {
  return new Command('proof')
    .description('prove that one entry is in the log (c2sp.org/tlog-proof)')
    .argument('<seq>', 'the number of the entry')
    .option('--out <file>', 'write it there, best with the ending .tlog-proof, instead of printing it')
    .action((text: string, { out }: { readonly out?: string }) => {
      const proof = proofOf(readSeq(text), defaultDatabase());
      if (out === undefined) process.stdout.write(proof);
      else writeFileSync(out, proof);
    });
}

function readSeq(text: string): number {
  if (/^(0|[1-9][0-9]{0,15})$/.test(text)) return Number(text);
  throw new KeyturnFault('CONFIG_INVALID', `"${text}" is no number of an entry`);
}

function proofOf(seq: number, database: string): string {
  const source = openProofSource(database);
  try {
    const checkpoint = source.newestCheckpoint();
    if (checkpoint !== null && checkpoint.size > seq) return source.tlogProof(seq, checkpoint);
    const covered = checkpoint === null ? 'none yet' : `entries up to ${checkpoint.size - 1}`;
    throw new KeyturnFault(
      'CONFIG_INVALID',
      `no checkpoint covers entry ${seq}: the newest one covers ${covered}. The server signs the next one when the log has grown`,
    );
  } finally {
    source.close();
  }
}
