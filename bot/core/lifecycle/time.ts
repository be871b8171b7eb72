import type { ActionRequest, Instant } from '../request.ts';
import { type Accepted, accept } from './command.ts';

/** When this request changes by itself if nothing else happens, or null. */
export function dueAt(request: ActionRequest): Instant | null {
  switch (request.state) {
    case 'pending':
    case 'flagged':
      return request.demands.expiresAt;
    case 'approved':
      return request.usableUntil;
    case 'executing':
      return request.execution === null ? null : request.execution.heardAt + request.demands.outcomeWithinMs;
    default:
      return null;
  }
}

/** What time alone has done by now. The deadline itself already counts as past. */
export function tick(request: ActionRequest, at: Instant): Accepted {
  const due = dueAt(request);
  if (due === null || at < due) return accept();
  if (request.state === 'approved') return accept({ type: 'request.lapsed' });
  if (request.state === 'executing') return accept({ type: 'execution.unknown' });
  return accept({ type: 'request.expired' });
}
