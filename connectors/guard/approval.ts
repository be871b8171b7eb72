import { Ended, EXIT } from './exit-codes.ts';
import { endOf, isOpen } from './refused.ts';
import type { Session } from './session.ts';
import { waitForDecision } from './wait.ts';
import type { RequestView } from './wire.ts';
import { cancel } from './withdraw.ts';

/** Waits until what was submitted is approved. Whatever comes instead is thrown. */
export async function waitForApproval(session: Session, submitted: RequestView): Promise<RequestView> {
  if (isOpen(submitted) && submitted.runBy !== null && submitted.runBy !== 'caller') {
    await cancel(session, submitted);
    const what = `Keyturn runs ${session.submission.action} itself`;
    throw new Ended(EXIT.usage, `${what}: use \`keyturn request\`. Request ${submitted.label} is cancelled.`);
  }
  const request = await waitForDecision(session, submitted);
  if (request.state !== 'approved') throw endOf(request);
  if (!isSameAction(session, submitted, request)) {
    await cancel(session, submitted);
    throw new Ended(EXIT.refused, `request ${request.label} is for another action now. Nothing was run.`);
  }
  return request;
}

function isSameAction({ submission }: Session, submitted: RequestView, approved: RequestView): boolean {
  const { system, environment, resource } = submission.target;
  const target = approved.target as Record<string, unknown> | null | undefined;
  return (
    approved.id === submitted.id &&
    approved.actionDigest === submitted.actionDigest &&
    approved.action === submission.action &&
    target?.['system'] === system &&
    target['environment'] === environment &&
    target['resource'] === resource
  );
}
