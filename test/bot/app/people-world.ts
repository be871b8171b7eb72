import { expect } from 'vitest';
import { holderOf } from '../../../bot/app/account-holder.ts';
import type { PersonCaller } from '../../../bot/app/context.ts';
import type { RefusedCalls } from '../../../bot/app/refuse-call.ts';
import type { Answer } from '../../../bot/commands/answer.ts';
import { createDesk } from '../../../bot/commands/desk.ts';
import type { AuditTools } from '../../../bot/commands/means.ts';
import type { Account } from '../../../bot/core/identity.ts';
import type { PersonId } from '../../../bot/core/request.ts';
import { plain } from '../../../bot/views/words.ts';
import type { TestKeyturn } from '../../helpers/start-keyturn.ts';

/** Nobody asks for any of it here. */
const NO_AUDIT: AuditTools = {
  exporter: {
    reportNames: [],
    hasRoom: () => false,
    start() {
      throw new Error('there is no export here');
    },
  },
  checker: { check: () => null },
};

/** What a face does with a proven account: it has no more to go by. */
export function faceOf(keyturn: TestKeyturn) {
  const { context } = keyturn.keyturn;
  const recorded: string[] = [];
  const refusedCalls: RefusedCalls = {
    authenticated: async (_caller, call, code) => void recorded.push(`${call} ${code}`),
    unauthenticated: async (source, call) => void recorded.push(`${source} ${call}`),
  };
  const desk = createDesk(context, refusedCalls, NO_AUDIT);
  const holder = (account: string) =>
    holderOf(context, account as Account, { via: 'slack', proof: 'signature' });
  return {
    desk,
    recorded,
    /** The key of the person, or why it is nobody. */
    who(account: string): string {
      const found = holder(account);
      return 'ok' in found ? found.code : found.key;
    },
    caller(account: string): PersonCaller {
      const found = holder(account);
      if ('ok' in found) throw new Error(`${account}: ${found.code}`);
      return found;
    },
    /** A slash command from this account, as the face would pass it on. */
    async type(account: string, line: string): Promise<string> {
      const found = holder(account);
      if (!('ok' in found)) return textOf(await desk.type(found, line));
      return textOf((await desk.newcomer(account, line)) ?? (await desk.stranger(account, 'command')));
    },
    click(account: string, request: { readonly id: string; readonly action_digest: string }) {
      const { id, action_digest: digest } = request;
      return desk.click(this.caller(account), { verb: 'approve', request: id, digest, fields: {} });
    },
  };
}

export function textOf(answer: Answer): string {
  expect(answer.kind).toBe('text');
  return answer.kind === 'text' ? answer.lines.map(plain).join('\n') : '';
}

export function personOf(keyturn: TestKeyturn, key: string): PersonId {
  return keyturn.keyturn.context.store.committed.personOf(key) as PersonId;
}
