import { MEANING } from '../../store/audit/problem.ts';
import type { Judgement } from '../../store/audit/verify-log.ts';
import { visible } from '../core/visible.ts';
import type { Outcome } from './verify-run.ts';

/** sound · tampered · unusable input · sound, but nothing from outside confirms that the tail is whole. */
export const EXIT = { sound: 0, tampered: 1, unusable: 2, unconfirmed: 3 } as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_WORDS =
  'Exit: 0 sound · 1 tampered · 2 unusable input · 3 sound, but nothing from outside confirms that it is whole';

type Judged = Extract<Outcome, { readonly judged: Judgement }>;

export function exitOf(outcome: Outcome): Exit {
  if ('why' in outcome || !outcome.judged.usable || strangers(outcome) !== null) return EXIT.unusable;
  const { judged, trusted } = outcome;
  if (judged.problem !== null) return EXIT.tampered;
  const isConfirmed = trusted.key !== null && judged.confirmed > (judged.firstSeq ?? 0);
  return isConfirmed ? EXIT.sound : EXIT.unconfirmed;
}

/** Something was given to check against, and none of it is about this log or signed by this key. */
function strangers({ judged, trusted }: Judged): string | null {
  if (trusted.outside.length === 0 || trusted.key === null || judged.problem !== null) return null;
  if (judged.confirmed > 0 || !judged.hasTree) return null;
  const names = trusted.outside.map(({ name }) => name).join(', ');
  return `${names} has no checkpoint of ${judged.origin} that the key has signed`;
}

/** What went wrong when nothing can be said about the log, or null. */
function unusable(outcome: Outcome): string | null {
  if ('why' in outcome) return outcome.why;
  return outcome.judged.usable ? strangers(outcome) : (outcome.judged.problem?.why ?? '');
}

export function toJson(outcome: Outcome): string {
  const exit = exitOf(outcome);
  const judged = 'why' in outcome ? null : outcome.judged;
  const why = unusable(outcome);
  const problem = why === null ? (judged?.problem ?? null) : { seq: null, why };
  const means = judged?.area == null || why !== null ? null : MEANING[judged.area];
  return `${JSON.stringify({
    ok: problem === null,
    exit,
    entries: judged?.entries ?? 0,
    first_seq: judged?.firstSeq ?? null,
    last_seq: judged?.lastSeq ?? null,
    last_hash: judged?.lastHash ?? null,
    origin: judged?.origin ?? null,
    root: judged?.root ?? null,
    requests: judged?.requests ?? 0,
    signed: judged?.signed ?? null,
    confirmed: judged?.confirmed ?? 0,
    problem,
    means,
    not_checked: 'why' in outcome || why !== null ? [] : notChecked(outcome),
  })}\n`;
}

/** For people. `unusable` goes to stderr, since it is no answer about the log. */
export function toText(name: string, outcome: Outcome): { readonly text: string; readonly isError: boolean } {
  const why = unusable(outcome);
  if (why !== null || 'why' in outcome)
    return { text: `${line(name)}: cannot be verified: ${line(why ?? '')}\n`, isError: true };
  const { judged } = outcome;
  const { problem, area, lastHash, lastSeq } = judged;
  const lines =
    problem === null
      ? [`${line(name)}: nothing wrong in ${counted(judged)}`, ...checked(judged), ...vouched(outcome)]
      : [
          `${line(name)}: TAMPERED${problem.seq === null ? '' : ` at entry ${problem.seq}`}: ${line(problem.why)}`,
          ...(area === null ? [] : [MEANING[area]]),
          `sound before it: ${counted(judged)}`,
        ];
  if (lastHash !== null) lines.push(`leaf hash of entry ${lastSeq}: ${lastHash}`);
  lines.push(...notChecked(outcome).map((what) => `not checked: ${what}`));
  return { text: `${lines.join('\n')}\n`, isError: false };
}

function counted({ entries, requests, firstSeq, lastSeq }: Judgement): string {
  return `${entries} entries${entries === 0 ? '' : ` (${firstSeq} to ${lastSeq})`}, ${requests} requests`;
}

function checked({ hasTexts, hasTables }: Judgement): string[] {
  const what = ['bytes', 'origin', 'sequence', 'hash chain', 'times'];
  if (hasTexts) what.push('texts');
  what.push('every state and every quorum');
  if (hasTables) what.push('tables');
  return [`checked: ${what.join(', ')}`];
}

function vouched({ judged, trusted }: Judged): string[] {
  const { signed, confirmed, origin, lastSeq, root } = judged;
  const lines = [];
  if (signed !== null)
    lines.push(`signed by the key you gave: the first ${signed.size} entries of ${signed.origin}`);
  if (confirmed > 0) {
    const window = (lastSeq ?? -1) + 1 - confirmed;
    const after =
      window > 0 ? `; what came after it, ${window} entries, is confirmed by the log's own key alone` : '';
    lines.push(`confirmed from outside: up to entry ${confirmed - 1}${after}`);
  }
  if (trusted.key === null && root !== null)
    lines.push(`root of ${origin} at ${(lastSeq ?? -1) + 1} entries: ${root}`);
  return lines;
}

/** What a reader could take for granted, and must not. */
function notChecked(outcome: Judged): string[] {
  const { judged, trusted, isLive, covers } = outcome;
  const { problem, firstSeq, lastSeq, hasTables, hasTexts, missingTexts, unreplayed, signed } = judged;
  if (problem !== null) return ['everything after it'];
  const size = (lastSeq ?? -1) + 1;
  const uncovered = signed === null ? 0 : size - signed.size;
  return [
    ...(trusted.key === null ? ['signatures: no key was given'] : []),
    ...(trusted.key !== null && signed === null ? ['signatures: there is no checkpoint in it'] : []),
    ...(judged.confirmed > 0 ? [] : [TAIL(lastSeq)]),
    ...(uncovered > 0 ? [`the newest ${uncovered} entries: no checkpoint covers them yet`] : []),
    'groups: who left one since, and who was in clear_from, is not in the log',
    ...(hasTexts ? [] : ['texts: entries alone do not hold them']),
    ...(hasTables || !isLive ? [] : ['tables']),
    ...(judged.hasTree ? [] : ['the root: the leaf hashes before the first entry are not here']),
    ...(firstSeq === 0 ? [] : [`what came before entry ${firstSeq}`]),
    ...(covers === null || covers.to + 1 >= covers.size
      ? []
      : [`entries ${covers.to + 1} to ${covers.size - 1}: they are not in this bundle`]),
    ...(unreplayed === 0 ? [] : [`${unreplayed} entries about requests that began before entry ${firstSeq}`]),
    ...(missingTexts === 0 ? [] : [`${missingTexts} texts that were erased`]),
  ];
}

const TAIL = (lastSeq: number | null) =>
  `the tail: nothing outside the log confirms that entry ${lastSeq} is the last; give --anchor what you hold`;

/** Names of files and ids in a log are other people's words: on one line, and nothing in them unseen. */
function line(text: string): string {
  return visible(text).replaceAll('\n', '⟦LF⟧');
}
