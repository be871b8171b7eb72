import type { ActionRequest, Outcome } from './request.ts';

/** The request without this text, wherever it holds it. Nothing that decides is text, so nothing else changes. */
export function forgetText(request: ActionRequest, text: string): ActionRequest {
  const { reason, links, reviews, rejectReason, tell, execution } = request;
  const unless = (held: string | null) => (held === text ? null : held);
  const outcome = <T extends Outcome | null>(told: T): T =>
    told === null ? told : { ...told, detail: unless(told.detail) };
  return {
    ...request,
    reason: unless(reason) ?? '',
    // In the log they are one text.
    links: links.join(' ') === text ? [] : links,
    reviews: reviews.map((review) => ({ ...review, comment: unless(review.comment) })),
    rejectReason: unless(rejectReason),
    tell: unless(tell),
    execution:
      execution === null
        ? null
        : {
            ...execution,
            outcome: outcome(execution.outcome),
            lateReports: execution.lateReports.map(outcome),
          },
  };
}
