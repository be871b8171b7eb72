import { expect, it } from 'vitest';
import type { Answer, Click } from '../../../bot/commands/answer.ts';
import { plain } from '../../../bot/views/words.ts';
import { EXPORT, glassRule, REASON, TARGET } from '../../connectors/api/glass.ts';
import { type Held, HOUR, readLog, stateOf, submit, WRONG_DIGEST } from '../../connectors/api/world.ts';
import { callerOf } from '../../helpers/memory-driver.ts';
import type { RulebookChanges, Who } from '../../helpers/rulebook.ts';
import { startKeyturn } from '../../helpers/start-keyturn.ts';

async function open(changes: RulebookChanges = { breakGlass: [glassRule()] }) {
  const keyturn = await startKeyturn(changes);
  const { desk } = keyturn.keyturn;
  const by = (who: Who) => callerOf(keyturn.keyturn, who);
  const type = (who: Who, line: string) => desk.type(by(who), line);
  const click = (who: Who, verb: Click['verb'], request: Held, fields: Record<string, string> = {}) =>
    desk.click(by(who), { verb, request: request.id, digest: request.action_digest, fields });
  return { keyturn, type, click };
}

function textOf(answer: Answer): string {
  if (answer.kind === 'form') return answer.form.intro.map(plain).join('\n');
  return answer.kind === 'text' ? answer.lines.map(plain).join('\n') : answer.kind;
}

const FILLED = { comment: REASON, confirm_target: TARGET };

it('answers the typed line with a form, which asks for a reason of that length and for the target', async () => {
  const { keyturn, type } = await open();
  const request = await submit(keyturn, EXPORT);
  const answer = await type('bob', `break-glass ${request.number}`);
  expect(answer).toMatchObject({
    kind: 'form',
    form: {
      verb: 'break-glass',
      digest: request.action_digest,
      fields: [{ name: 'comment', least: 40 }, { name: 'confirm_target' }],
    },
  });
  expect(textOf(answer)).toContain(`Target: ${TARGET}`);
  expect(await stateOf(keyturn, request)).toBe('pending');
});

it('releases it to one person who has seen all of it, and says what falls due', async () => {
  const { keyturn, click } = await open();
  const request = await submit(keyturn, EXPORT);
  const early = await click('bob', 'break-glass', request, FILLED);
  expect(textOf(early)).toContain('Open the full payload first');
  expect(early).toMatchObject({ buttons: [{ verb: 'view' }] });
  await click('bob', 'view', request);
  const done = await click('bob', 'break-glass', request, { ...FILLED, confirm_target: `${TARGET} ` });
  expect(textOf(done)).toContain(`You broke the glass for request ${request.number}`);
  expect(textOf(done)).toContain('Somebody of security must review this before 2026-11-23 10:00 UTC.');
  expect(await stateOf(keyturn, request)).toBe('approved');
});

it.each([
  ['a short reason', { ...FILLED, comment: 'urgent' }, 'The reason must say why in at least 40 characters'],
  ['another target', { ...FILLED, confirm_target: 'postgres/dev/orders' }, 'The target must be the target'],
])('releases nothing for %s, and says what is wrong with it', async (_what, fields, says) => {
  const { keyturn, click } = await open();
  const request = await submit(keyturn, EXPORT);
  await click('bob', 'view', request);
  expect(textOf(await click('bob', 'break-glass', request, fields))).toContain(says);
  expect(await stateOf(keyturn, request)).toBe('pending');
});

it('releases nothing by a form of another digest, and nothing to who is excluded or in no such group', async () => {
  const { keyturn, click } = await open();
  const request = await submit(keyturn, EXPORT);
  for (const who of ['bob', 'alice', 'carol'] as const) await click(who, 'view', request);
  const other = { ...request, action_digest: WRONG_DIGEST };
  expect(textOf(await click('bob', 'break-glass', other, FILLED))).toContain('not the digest');
  expect(textOf(await click('alice', 'break-glass', request, FILLED))).toContain('You cannot decide');
  expect(textOf(await click('carol', 'break-glass', request, FILLED))).toContain('not one of the people');
  expect(await stateOf(keyturn, request)).toBe('pending');
});

it('says that there is no such way where the policy has none, and nothing to review where nobody used it', async () => {
  const { keyturn, type } = await open({});
  const request = await submit(keyturn, EXPORT);
  expect(textOf(await type('bob', `break-glass ${request.number}`))).toContain('no break-glass for this');
  expect(textOf(await type('bob', `post-review ${request.number}`))).toContain('Nobody broke the glass');
});

it('lets somebody else review it by the form, also late, and not who did it', async () => {
  const { keyturn, type, click } = await open();
  const request = await submit(keyturn, EXPORT);
  await click('bob', 'view', request);
  await click('bob', 'break-glass', request, FILLED);
  keyturn.clock.advance(25 * HOUR);
  expect(await type('carol', `post-review ${request.number}`)).toMatchObject({
    kind: 'form',
    form: { fields: [{ name: 'verdict' }, { name: 'comment' }] },
  });
  const fields = { verdict: 'approve', comment: 'checkout was down indeed' };
  expect(textOf(await click('bob', 'post-review', request, fields))).toContain('You cannot decide');
  expect(textOf(await click('carol', 'post-review', request, { comment: 'ok' }))).toContain(
    'Somebody approved',
  );
  expect(textOf(await click('carol', 'post-review', request, fields))).toContain(
    'You reviewed the break-glass',
  );
  const reviewed = (await readLog(keyturn)).filter((entry) => entry.type === 'break_glass.reviewed');
  expect(reviewed.map(({ data }) => data.verdict)).toEqual(['approve']);
});
