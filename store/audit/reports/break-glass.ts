import { toIsoTime } from '../../../bot/core/instant.ts';
import type { LoggedEntry } from '../replay-shape.ts';
import { PERSON_COLUMNS, personCells, REQUEST_COLUMNS, requestCells, textCell } from './columns.ts';
import type { Cell } from './csv.ts';
import type { Report } from './report.ts';

/** Every use, every review that followed, and at the end every review that did not. Holds the uses that wait for theirs. */
export const breakGlass: Report = {
  name: 'break-glass',
  columns: [
    'at',
    'seq',
    'what',
    ...PERSON_COLUMNS,
    ...REQUEST_COLUMNS,
    'requester',
    'verdict',
    'review_by',
    'due_at',
    'freezes',
    'text',
  ],
  open({ emit, people }) {
    const waiting = new Map<number, () => void>();
    return {
      take({ entry, texts }) {
        const told = toldOf(entry);
        const { seq, at, subject } = entry;
        if (told === null || subject === null) return;
        const { what, person, verdict = null, reviewBy = null, dueAt = null, freezes = null } = told;
        const who = personCells(person, people);
        const about = [...requestCells(subject), subject.requester];
        const asked: readonly Cell[] = [verdict, reviewBy, dueAt, freezes];
        emit(
          toIsoTime(at),
          seq,
          what,
          ...who,
          ...about,
          ...asked,
          textCell(texts['reason'] ?? texts['comment']),
        );
        if (what === 'used')
          waiting.set(subject.number, () =>
            emit(null, seq, 'not reviewed', ...who, ...about, ...asked, null),
          );
        if (what === 'reviewed') waiting.delete(subject.number);
      },
      finish() {
        for (const tell of waiting.values()) tell();
      },
    };
  },
};

interface Told {
  readonly what: 'used' | 'reviewed' | 'overdue';
  readonly person: string;
  readonly verdict?: string;
  readonly reviewBy?: string;
  readonly dueAt?: string;
  readonly freezes?: string;
}

function toldOf(entry: LoggedEntry): Told | null {
  switch (entry.type) {
    case 'break_glass.used': {
      const { person, review_by: reviewBy, due_at: dueAt, freezes } = entry.data;
      return { what: 'used', person, reviewBy: reviewBy.join(' '), dueAt, freezes: freezes.join(' ') };
    }
    case 'break_glass.reviewed':
      return { what: 'reviewed', person: entry.data.person, verdict: entry.data.verdict };
    case 'break_glass.overdue':
      return { what: 'overdue', person: entry.data.person, dueAt: entry.data.due_at };
    default:
      return null;
  }
}
