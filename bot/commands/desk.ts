import type { Context } from '../app/context.ts';
import type { RefusedCalls } from '../app/refuse-call.ts';
import { REFUSAL_TEXT } from '../views/refusals.ts';
import { type Desk, text } from './answer.ts';
import { answerClick } from './click.ts';
import { newcomer } from './link.ts';
import type { AuditTools } from './means.ts';
import { pager } from './page.ts';
import { answerTyped } from './run.ts';

export function createDesk(context: Context, refusedCalls: RefusedCalls, audit: AuditTools): Desk {
  const means = { context, refusedCalls, audit };
  return {
    click: (caller, click) => answerClick(means, caller, click),
    type: (caller, line) => answerTyped(means, caller, line),
    page: pager(means),
    newcomer: (source, line) => newcomer(means, source, line),
    async stranger(source, call) {
      await refusedCalls.unauthenticated(source, call);
      return text(false, [[REFUSAL_TEXT.UNKNOWN_ACCOUNT]]);
    },
  };
}
