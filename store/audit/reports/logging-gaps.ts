import { toIsoTime } from '../../../bot/core/instant.ts';
import { seconds } from './columns.ts';
import type { Cell } from './csv.ts';
import type { Noted } from './noted.ts';
import type { Report } from './report.ts';

/** From when to when nothing could be recorded, and what else makes a record doubtful. Holds one time. */
export const loggingGaps: Report = {
  name: 'logging-gaps',
  columns: ['what', 'from', 'to', 'seconds', 'seq', 'detail'],
  open({ emit }) {
    let before: number | null = null;
    return {
      take({ entry }) {
        const { seq, at } = entry;
        const gap = gapOf(entry);
        if (gap !== null) {
          const since = gap.isPause ? before : at;
          const from = since === null ? null : toIsoTime(since);
          emit(gap.what, from, toIsoTime(at), since === null ? null : seconds(at - since), seq, gap.detail);
        }
        before = at;
      },
    };
  },
};

interface Gap {
  readonly what: string;
  /** Nothing was recorded since the entry before. */
  readonly isPause: boolean;
  readonly detail: Cell;
}

function gapOf(entry: Noted['entry']): Gap | null {
  const { type, data } = entry;
  switch (type) {
    case 'log.started':
      return { what: data.clean ? 'stopped' : 'killed', isPause: true, detail: copyOf(data.restored) };
    case 'clock.anomaly':
      return { what: 'clock stepped back', isPause: false, detail: `${data.behind_ms} ms` };
    case 'storage.fault':
      return { what: 'storage fault', isPause: false, detail: data.code };
    default:
      return OTHERS[type] === undefined ? null : { what: OTHERS[type], isPause: false, detail: null };
  }
}

/** What was recorded after the copy was made is nowhere. */
function copyOf(restored: Extract<Noted['entry'], { type: 'log.started' }>['data']['restored']): Cell {
  return restored === undefined ? null : `on a restored copy that ended with entry ${restored.from}`;
}

const OTHERS: Readonly<Record<string, string>> = {
  'log.epoch_opened': 'new epoch',
  'audit.anchor_failed': 'anchor failed',
  'directory.failed': 'directory failed',
};
