import type { Logger } from './ports/logger.ts';
import type { Messenger } from './ports/messenger.ts';
import type { Reading } from './ports/store.ts';

/**
 * The place that every install has: the operator's own log. It says that a request changed, by
 * number and state, and nothing that its requester wrote.
 */
export function operatorLog(reading: () => Reading, logger: Logger): Messenger {
  return {
    place: 'log',
    async deliver({ request: id, seq }) {
      const request = reading().request(id);
      if (request === null) return;
      const { number, state } = request;
      logger.info('request changed', { number, request: id, state, risk: request.demands.risk, seq });
    },
  };
}
