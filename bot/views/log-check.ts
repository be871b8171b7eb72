import type { LogCheck } from '../ports/log-checker.ts';
import { said, type Words } from './words.ts';

/** What an auditor is told of the server's own check. What a log says is other people's words. */
export function logCheckLines(check: LogCheck): readonly Words[] {
  const { unusable, problem, entries, requests, lastSeq, lastHash, signed, confirmed } = check;
  if (unusable !== null) return [['The log cannot be verified: ', said(unusable), '.']];
  const range = entries === 0 || lastSeq === null ? '' : ` (${lastSeq + 1 - entries} to ${lastSeq})`;
  const counted = `${entries} entries${range}, ${requests} requests`;
  if (problem !== null) {
    const where = problem.seq === null ? '' : ` at entry ${problem.seq}`;
    return [
      [`TAMPERED${where}: `, said(problem.why), '.'],
      [problem.means],
      [`Sound before it: ${counted}.`],
      ['Tell whoever is responsible for security now, and keep the data directory as it is.'],
    ];
  }
  return [
    [`Nothing is wrong in ${counted}.`],
    [
      'Checked: bytes, sequence, hash chain, times, texts, tables, every state and every quorum from its votes.',
    ],
    [signedLine(entries, lastSeq, signed)],
    [
      confirmed === 0
        ? 'Nothing outside confirms the tail: no anchor that can be read holds a checkpoint.'
        : `Confirmed by the anchors: up to entry ${confirmed - 1}.`,
    ],
    ...(lastHash === null ? [] : [[`Leaf hash of entry ${lastSeq}: ${lastHash}`]]),
    ['This is the server’s own word. For proof without it: audit export, then verify.mjs in the bundle.'],
  ];
}

function signedLine(entries: number, lastSeq: number | null, signed: number): string {
  if (signed === 0) return 'No checkpoint is signed yet.';
  const rest = entries === 0 || lastSeq === null ? 0 : lastSeq + 1 - signed;
  const after = rest <= 0 ? '' : `; the newest ${rest} are under none yet`;
  return `Signed: up to entry ${signed - 1}${after}.`;
}
