import { isTerminal, STATES } from '../core/request.ts';
import { current, write } from './change-request.ts';
import type { Context } from './context.ts';

const BATCH = 200;
const NOT_OVER = STATES.filter((state) => !isTerminal(state));

/**
 * Lets every request that is not over meet the policy in force. Nothing waits for it but lists: a request that is
 * asked about meets it there and then (`current`). So it may stop anywhere, also by a crash, and go
 * on later: which requests are left stands in each of them.
 */
export async function meetPolicy(context: Context): Promise<void> {
  const { inForce, store, rulebook } = context;
  if (store.committed.policyMet() === rulebook.policy.version) return;
  await context.directories.recent();
  // Later then: who its seats would be open to is not known, and nothing is decided until it is.
  if (context.rulebook.unknownGroups.size > 0) return;
  inForce.meeting ??= meetAll(context).finally(() => {
    inForce.meeting = null;
  });
  await inForce.meeting;
}

async function meetAll(context: Context): Promise<void> {
  for (;;) {
    const { version } = context.rulebook.policy;
    await meetEach(context);
    // Another policy may have come in the meantime, and those in front have not met it.
    const isDone = await write(context, ({ tx }) => {
      const { policy, unknownGroups } = context.rulebook;
      // A directory may have fallen silent in between, and those at the end have not met it.
      if (unknownGroups.size > 0) return true;
      if (policy.version !== version) return false;
      tx.setPolicyMet(version);
      return true;
    });
    if (isDone) return;
  }
}

async function meetEach(context: Context): Promise<void> {
  for (let after = 0; ; ) {
    const open = context.store.committed.inStates(NOT_OVER, BATCH, after);
    const last = open.at(-1);
    if (last === undefined) return;
    await write(context, (writing) => {
      for (const { id } of open) current(context, writing, id);
    });
    after = last.number;
  }
}
