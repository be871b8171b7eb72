import { type ActionRequest, type Execution, isTerminal, type Outcome } from './request.ts';
import { unresolvedLine } from './unresolved.ts';

/** The request without this text, wherever it holds it. Nothing that decides is text, so nothing else changes. */
export function forgetText(request: ActionRequest, text: string): ActionRequest {
  const { reason, links, reviews, rejectReason, tell, execution, brokenGlass, unresolved } = request;
  const lines = new Set(text.split('\n'));
  const unless = (held: string | null) => (held === text ? null : held);
  return {
    ...request,
    reason: unless(reason) ?? '',
    // In the log they are one text.
    links: links.join(' ') === text ? [] : links,
    reviews: reviews.map((review) => ({ ...review, comment: unless(review.comment) })),
    rejectReason: unless(rejectReason),
    tell: unless(tell),
    brokenGlass:
      brokenGlass === null
        ? null
        : {
            ...brokenGlass,
            reason: unless(brokenGlass.reason) ?? '',
            review:
              brokenGlass.review === null
                ? null
                : { ...brokenGlass.review, comment: unless(brokenGlass.review.comment) ?? '' },
          },
    // While it is open, they are still looked for.
    unresolved: isTerminal(request.state)
      ? unresolved.filter((one) => !lines.has(unresolvedLine(one)))
      : unresolved,
    execution: execution === null ? null : executionWithout(execution, unless),
  };
}

function executionWithout(execution: Execution, unless: (held: string | null) => string | null): Execution {
  const outcome = <T extends Outcome | null>(told: T): T =>
    told === null ? told : { ...told, detail: unless(told.detail) };
  const { run } = execution;
  return {
    ...execution,
    outcome: outcome(execution.outcome),
    lateReports: execution.lateReports.map(outcome),
    run:
      run === null || run.output === null
        ? run
        : { ...run, output: { ...run.output, tail: unless(run.output.tail) ?? '' } },
  };
}
