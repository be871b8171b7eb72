import { describe, expect, it } from 'vitest';
import { lookAt } from '../../../bot/app/look-at-request.ts';
import type { JsonObject } from '../../../bot/core/canonical-json.ts';
import type { RequestId } from '../../../bot/core/request.ts';
import type { Executor } from '../../../bot/ports/executor.ts';
import { requestCard } from '../../../bot/views/request-card.ts';
import { plain } from '../../../bot/views/words.ts';
import { submit } from '../../connectors/api/world.ts';
import { startKeyturn } from '../../helpers/start-keyturn.ts';
import { actionsOf, commandOf } from '../../threats/run-world.ts';

const LABEL = 'Once approved, Keyturn';

async function factsOf(kind: Executor['kind'], payload: JsonObject, redact: readonly string[] = []) {
  const settings = commandOf(['/srv/migrate.sh', '--', '{/version}'], '/srv', kind);
  const keyturn = await startKeyturn({ actions: actionsOf(settings, {}, redact) });
  const { id } = await submit(keyturn, { payload });
  const look = lookAt(keyturn.keyturn.context, id as RequestId);
  if (look === null) throw new Error('it was submitted');
  return requestCard(look).facts.filter(({ label }) => label === LABEL);
}

describe('the card of an action that Keyturn runs', () => {
  it.each([
    ['once', 'It is started once at most.'],
    ['idempotent', 'Cut short, it is tried again.'],
  ] as const)(
    'says in one line what would run, and what becomes of it after a crash: %s',
    async (kind, after) => {
      const facts = await factsOf(kind, { version: '42' });
      expect(facts.map(({ value }) => plain(value))).toEqual([
        `runs /srv/migrate.sh -- 42 in /srv. ${after}`,
      ]);
    },
  );

  it('shows what its requester wrote as theirs, and on one line', async () => {
    const [fact] = await factsOf('once', { version: '<!channel>\nApproved‮' });
    const [line] = fact?.value ?? [];
    expect(line).toEqual({ untrusted: expect.stringContaining('<!channel>') });
    expect(plain(fact?.value ?? [])).not.toMatch(/[\n‮]/);
  });

  it('shows nothing that the policy redacts', async () => {
    const [fact] = await factsOf('once', { version: 'hunter2-canary' }, ['/version']);
    expect(plain(fact?.value ?? [])).not.toContain('hunter2');
  });

  it('says nothing where its caller runs it', async () => {
    const keyturn = await startKeyturn();
    const { id } = await submit(keyturn, {});
    const look = lookAt(keyturn.keyturn.context, id as RequestId);
    expect(look === null ? null : requestCard(look).facts.map(({ label }) => label)).not.toContain(LABEL);
  });
});
