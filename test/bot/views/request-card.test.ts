import { describe, expect, it } from 'vitest';
import { lookAt } from '../../../bot/app/look-at-request.ts';
import type { RequestId } from '../../../bot/core/request.ts';
import { ownCard, requestCard } from '../../../bot/views/request-card.ts';
import { plain } from '../../../bot/views/words.ts';
import { anApproved, submit } from '../../connectors/api/world.ts';
import { startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';

async function cardOf(keyturn: TestKeyturn, changes: Record<string, unknown> = {}, own = false) {
  const { id } = await submit(keyturn, changes);
  return drawn(keyturn, id, own);
}

function drawn(keyturn: TestKeyturn, id: string, own = false) {
  const look = lookAt(keyturn.keyturn.context, id as RequestId);
  if (look === null) throw new Error('it was submitted');
  return own ? ownCard(look) : requestCard(look);
}

const sql = (lines: number) => ({
  kind: 'sql',
  statement: Array.from({ length: lines }, (_none, line) => `SELECT ${line}`).join('\n'),
});

describe('a card', () => {
  it.each([
    ['db.export', 'export orders from postgres/prod'],
    ['db.migrate', 'migrate orders on postgres/prod'],
    ['db.vacuum', 'db.vacuum on postgres/prod/orders'],
  ])('says what %s would do', async (action, phrase) => {
    const card = await cardOf(await startKeyturn(), { action });
    expect(plain(card.title)).toBe(`Approval needed: ${phrase}`);
    // Claims are the asker's, also where their grammar is ours.
    expect(card.title.filter((piece) => typeof piece !== 'string')).not.toEqual([]);
  });

  it('counts the hidden lines of the whole and says what to do, and says nothing where nothing is hidden', async () => {
    const keyturn = await startKeyturn();
    expect((await cardOf(keyturn, { payload: sql(40) })).hidden).toBeNull();
    const cut = await cardOf(keyturn, { payload: sql(60) });
    const shown = cut.preview.untrusted.split('\n').length - 1;
    expect(cut.hidden).toBe(
      `${60 - shown} of 60 lines are not shown. Open the full payload before you decide.`,
    );
  });

  it('counts withheld values, with the hidden lines or alone', async () => {
    const keyturn = await startKeyturn({ redact: ['/a', '/b'] });
    const rows = Array.from({ length: 80 }, (_none, row) => row);
    const two = await cardOf(keyturn, { action: 'db.secret', payload: { a: 'x', b: 'y' } });
    expect(two.hidden).toBe('2 values are hidden. Open the full payload before you decide.');
    const both = await cardOf(keyturn, { action: 'db.secret', payload: { a: 'x', rows } });
    expect(both.hidden).toMatch(/^\d+ of \d+ lines are not shown and 1 value is hidden\. Open/);
  });

  it('names entry and leaf hash of the newest change, so that whoever keeps the card holds an anchor', async () => {
    const keyturn = await startKeyturn();
    const { id, audit_seq } = await submit(keyturn);
    const { committed } = keyturn.keyturn.context.store;
    const footer = plain(drawn(keyturn, id).footer);
    expect(footer).toContain(`log ${audit_seq} ${committed.leafHashOf(audit_seq)?.slice(0, 8)}`);
    expect(footer).toMatch(/^Request 1 · rule the default · payload [0-9a-f]{12} · /);
  });

  it('asks twice before an approval of high risk, and not of a lower one', async () => {
    const keyturn = await startKeyturn();
    const approveOf = (card: Awaited<ReturnType<typeof cardOf>>) =>
      card.buttons.find(({ verb }) => verb === 'approve');
    expect(approveOf(await cardOf(keyturn, { action: 'db.wipe' }))?.confirm?.yes).toBe('Approve');
    expect(approveOf(await cardOf(keyturn))?.confirm).toBeNull();
  });

  it('gives every button the request and the digest of what it shows', async () => {
    const keyturn = await startKeyturn();
    const { id, action_digest } = await submit(keyturn);
    for (const button of drawn(keyturn, id).buttons) {
      expect(button).toMatchObject({ request: id, digest: action_digest });
      if (button.form !== null) expect(button.form).toMatchObject({ request: id, digest: action_digest });
    }
  });

  it('has no button once it is decided, and for who asks for it only what undoes or looks', async () => {
    const keyturn = await startKeyturn();
    const { id } = await anApproved(keyturn);
    expect(drawn(keyturn, id).buttons).toEqual([]);
    expect(drawn(keyturn, id, true).buttons.map(({ verb }) => verb)).toEqual(['revoke', 'flag', 'view']);
  });

  it('marks as untrusted whatever somebody outside wrote, and shows no unseen character', async () => {
    const card = await cardOf(await startKeyturn(), {
      reason: 'see \u202Etxt.exe',
      links: ['https://ex.example/*a*_b_'],
      payload: { kind: 'sql', statement: 'SELECT \u200B1' },
    });
    expect(card.why.value).toEqual([{ untrusted: 'see ⟦U+202E⟧txt.exe' }]);
    expect(card.links?.urls).toEqual([{ untrusted: 'https://ex.example/*a*_b_' }]);
    expect(card.preview.untrusted).toBe('SELECT ⟦U+200B⟧1');
  });
});
