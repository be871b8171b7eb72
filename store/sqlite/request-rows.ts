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
>;
type Asked = Omit<ActionRequest, keyof Life>;

const MOST_KEPT = 4096;

/** What rows from before there was such a thing do not say. */
const NOT_SAID = {
  life: { remindedUntil: null, brokenGlass: null },
  demands: { reviewVia: WAYS, remind: [], escalate: [], notify: [toPlace('room')], breakGlass: [] },
} as const;

/** Between rows and requests. The part that is written once is parsed once, as long as it is in use. */
export function requestRows() {
  const kept = new Map<number, { readonly text: string; readonly asked: Asked }>();

  const askedOf = ({ number, asked: text }: Row): Asked => {
    const known = kept.get(number);
    // The text is compared, so that a row that was undone or changed can never be answered from memory.
    if (known?.text === text) return known.asked;
    const read = JSON.parse(text) as Asked;
    const asked = { ...read, demands: { ...NOT_SAID.demands, ...read.demands } };
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(number, { text, asked });
    return asked;
  };

  return {
    read: (row: Row): ActionRequest => ({
      ...askedOf(row),
      ...NOT_SAID.life,
      ...(JSON.parse(row.body) as Life),
    }),
    toLife(request: ActionRequest): string {
      const { tell, submissions, state, reviews, shown, rejectReason } = request;
      const { wasFlagged, resolvedAt, usableUntil, remindedUntil, brokenGlass, execution } = request;
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
      };
      return JSON.stringify(life);
    },
    toAsked(request: ActionRequest): string {
      const { id, number, action, target, requester, owner, onBehalfOf, reason, links } = request;
      const { actionDigest, viewDigest, preview, redact, executor, effect, demands, createdAt } = request;
      const asked: Asked = {
        id,
        number,
        action,
        target,
        requester,
        owner,
        onBehalfOf,
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
