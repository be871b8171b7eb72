import { toPlace } from '../../bot/core/place.ts';
import { type ActionRequest, WAYS } from '../../bot/core/request.ts';

/** `asked` is the part that is written once; `body` the part that lives. Both JSON. */
export interface Row {
  readonly number: number;
  readonly body: string;
  readonly asked: string;
}

type Life = Pick<
  ActionRequest,
  | 'tell'
  | 'submissions'
  | 'state'
  | 'reviews'
  | 'shown'
  | 'rejectReason'
  | 'wasFlagged'
  | 'resolvedAt'
  | 'usableUntil'
  | 'remindedUntil'
  | 'brokenGlass'
  | 'execution'
  | 'payloadErasedAt'
>;
type Asked = Omit<ActionRequest, keyof Life>;

const MOST_KEPT = 1024;

/** What rows from before there was such a thing do not say. */
const NOT_SAID = {
  asked: { unresolved: [] },
  life: { remindedUntil: null, brokenGlass: null, payloadErasedAt: null },
  demands: { reviewVia: WAYS, remind: [], escalate: [], notify: [toPlace('room')], breakGlass: [] },
} as const;

interface Kept {
  readonly row: Pick<Row, 'asked' | 'body'>;
  readonly asked: Asked;
  readonly request: ActionRequest;
}

/**
 * Between rows and requests. What is read again soon, as every request is while it moves, is parsed once;
 * of one that has changed, only the part that lives is parsed anew.
 */
export function requestRows() {
  const kept = new Map<number, Kept>();

  return {
    read(row: Row): ActionRequest {
      const known = kept.get(row.number);
      // The texts are compared, so that a row that was undone or changed can never be answered from memory.
      const isSame = known?.row.asked === row.asked;
      if (isSame && known.row.body === row.body) return known.request;
      const asked = isSame ? known.asked : askedOf(row.asked);
      const request = { ...asked, ...NOT_SAID.life, ...(JSON.parse(row.body) as Life) };
      if (kept.size >= MOST_KEPT) kept.clear();
      kept.set(row.number, { row, asked, request });
      return request;
    },
    toLife(request: ActionRequest): string {
      const { tell, submissions, state, reviews, shown, rejectReason } = request;
      const { wasFlagged, resolvedAt, usableUntil, remindedUntil, brokenGlass, execution, payloadErasedAt } =
        request;
      const life: Life = {
        tell,
        submissions,
        state,
        reviews,
        shown,
        rejectReason,
        wasFlagged,
        resolvedAt,
        usableUntil,
        remindedUntil,
        brokenGlass,
        execution,
        payloadErasedAt,
      };
      return JSON.stringify(life);
    },
    toAsked(request: ActionRequest): string {
      const { id, number, action, target, requester, owner, onBehalfOf, unresolved, reason, links } = request;
      const { actionDigest, viewDigest, preview, redact, executor, effect, demands, createdAt } = request;
      const asked: Asked = {
        id,
        number,
        action,
        target,
        requester,
        owner,
        onBehalfOf,
        unresolved,
        reason,
        links,
        actionDigest,
        viewDigest,
        preview,
        redact,
        executor,
        effect,
        demands,
        createdAt,
      };
      return JSON.stringify(asked);
    },
  };
}

function askedOf(text: string): Asked {
  const read = JSON.parse(text) as Asked;
  return { ...NOT_SAID.asked, ...read, demands: { ...NOT_SAID.demands, ...read.demands } };
}
