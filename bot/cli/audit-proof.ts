import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { openAttestor } from '../../store/keys/attestor.ts';
import { openProofSource, type ProofSource } from '../../store/sqlite/proof-source.ts';
import type { Config } from '../compose.ts';
import { KeyturnFault } from '../core/fault.ts';

const ENDING = '.tlog-proof';

/**
 * Reads beside a running server. The proof is for whoever trusts the key and has nothing else of the
 * log; the attestation beside it is for gates that read in-toto statements.
 */
export function auditProofCommand(installation: () => Config): Command {
  return new Command('proof')
    .description('prove that one entry is in the log (c2sp.org/tlog-proof)')
    .argument('<seq>', 'the number of the entry')
    .option(
      '--out <file>',
      `write it there, best with the ending ${ENDING}, instead of printing it; where the entry is about an approved request, its attestation (in-toto, DSSE) goes beside it as .dsse.json`,
    )
    .action((text: string, { out }: { readonly out?: string }) => {
      const seq = readSeq(text);
      const place = installation();
      const source = openProofSource(join(place.dataDir, 'keyturn.db'));
      try {
        const proof = proofOf(source, seq);
        if (out === undefined) process.stdout.write(proof);
        else {
          writeFileSync(out, proof);
          attest(source, seq, out, place);
        }
      } finally {
        source.close();
      }
    });
}

function attest(source: ProofSource, seq: number, out: string, { keyDir, audit }: Config): void {
  const approval = source.statement(seq);
  if (approval === null) return;
  const envelope = openAttestor(keyDir, audit.keys.grant).attest(approval.statement);
  const beside = `${out.endsWith(ENDING) ? out.slice(0, -ENDING.length) : out}.dsse.json`;
  writeFileSync(beside, `${JSON.stringify(envelope)}\n`);
  const { approvedSeq } = approval;
  const hint =
    approvedSeq === seq
      ? ''
      : `; it names entry ${approvedSeq}, whose proof is: keyturn audit proof ${approvedSeq}`;
  process.stdout.write(`${beside}: the attestation of this request${hint}\n`);
}

function readSeq(text: string): number {
  if (/^(0|[1-9][0-9]{0,15})$/.test(text)) return Number(text);
  throw new KeyturnFault('CONFIG_INVALID', `"${text}" is no number of an entry`);
}

function proofOf(source: ProofSource, seq: number): string {
  const checkpoint = source.newestCheckpoint();
  if (checkpoint !== null && checkpoint.size > seq) return source.tlogProof(seq, checkpoint);
  const covered = checkpoint === null ? 'none yet' : `entries up to ${checkpoint.size - 1}`;
  throw new KeyturnFault(
    'CONFIG_INVALID',
    `no checkpoint covers entry ${seq}: the newest one covers ${covered}. The server signs the next one when the log has grown`,
  );
}
