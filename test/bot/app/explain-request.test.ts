import { expect, it } from 'vitest';
import type { PersonCaller } from '../../../bot/app/context.ts';
import { explainRequest } from '../../../bot/app/explain-request.ts';
import type { PersonId } from '../../../bot/core/request.ts';
import { requestLines } from '../../../bot/views/explanation.ts';
import { authenticator } from '../../../connectors/api/authenticate.ts';
import { nameOf } from '../../../connectors/api/present.ts';
import { submit } from '../../connectors/api/world.ts';
import { GROUPS, type RulebookChanges, tokenOf, type Who } from '../../helpers/rulebook.ts';
import { startKeyturn } from '../../helpers/start-keyturn.ts';

async function explained(changes: RulebookChanges = {}, after: RulebookChanges | null = null) {
  let keyturn = await startKeyturn(changes);
  const request = await submit(keyturn, { action: 'db.export', on_behalf_of: 'eve' });
  if (after !== null) keyturn = await keyturn.restart(after);
  const { context } = keyturn.keyturn;
  const callerOf = authenticator(() => context.rulebook);
  return async (who: Who) => {
    const caller = callerOf(`Bearer ${tokenOf(who)}`) as PersonCaller;
    const result = await explainRequest(context, caller, request.id);
    if (!result.ok) return result.code;
    const name = (person: PersonId) => nameOf(context, person);
    return requestLines(result.explanation, result.request, context.rulebook, name).join('\n');
  };
}

it('is told to reviewers, owners and auditors, and to nobody else', async () => {
  const tell = await explained();
  for (const who of ['bob', 'alice', 'carol', 'eve'] as const) {
    expect([who, await tell(who)]).toEqual([who, expect.stringContaining('two-keys')]);
  }
  const toAStranger = await explained({ groups: { ...GROUPS, dba: ['alice', 'dora'] } });
  expect(await toAStranger('bob')).toBe('NOT_FOUND');
});

it('names who is excluded by what, and who could and has left since', async () => {
  const after = { version: '2', groups: { dba: ['alice', 'dora'], security: ['carol', 'dora'] } };
  const text = await (await explained({}, after))('carol');
  expect(text).toContain('  1 of dba: dora  (excluded: alice)');
  expect(text).toContain('  alice: owner of agent');
  expect(text).toContain('  eve: asked on their behalf');
});

it('tells the demands of the request from what the policy of today would make of it', async () => {
  const text = await (await explained({}, { version: '2', rules: [] }))('carol');
  expect(text).toContain('It is held to the policy in force.');
  expect(text).toContain('Result: require two-keys');
  expect(text).toContain('✔ default');
});
