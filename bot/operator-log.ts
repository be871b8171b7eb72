import { toIsoTime } from './core/instant.ts';
import type { Courier } from './ports/courier.ts';
import type { Logger } from './ports/logger.ts';
import type { Reading } from './ports/store.ts';

/**
 * The place that every install has: the operator's own log. It says that a request changed, by
 * number and state, and nothing that its requester wrote.
 */
export function operatorLog(reading: () => Reading, logger: Logger): Courier {
  return {
    face: 'log',
    toldOfChanges: true,
    async deliver({ notice }) {
      if (notice.kind !== 'change') return { done: false, never: `the log takes no ${notice.kind}` };
      const request = reading().request(notice.request);
      if (request === null) return { done: true };
      const { id, number, state, brokenGlass } = request;
      const fields = { number, request: id, state, risk: request.demands.risk, seq: notice.seq };
      if (brokenGlass === null || brokenGlass.review !== null) logger.info('request changed', fields);
      else {
        const { dueAt, overdue } = brokenGlass;
        logger.warn('a glass was broken and is not reviewed', {
          ...fields,
          reviewDueAt: toIsoTime(dueAt),
          overdue,
        });
      }
      return { done: true };
    },
  };
}
