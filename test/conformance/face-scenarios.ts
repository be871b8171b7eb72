import { describe, expect, it } from 'vitest';
import { progressing } from './face-progress.ts';
import { flood, lastings } from './face-scenarios-long.ts';
import { run, type StartWorld, stateOf, submit } from './face-world.ts';
import { HOSTILE } from './hostile.ts';

const LONG = Array.from({ length: 60 }, (_none, line) => `-- line ${line + 1}`).join('\n');

/**
 * What every face must do, written once and run as people use each face. alice owns the agent; bob and
 * dora are dba, carol and dora security; carol may clear and is the auditor; eve may act for nobody.
 */
export function behavesLikeAFace(
  name: string,
  start: StartWorld,
  options: { readonly timeout?: number } = {},
): void {
  describe(`${name}, as a face`, options, () => {
    it('shows who asks for what, why, under which rule, and whom it waits for', async () => {
      const world = await start();
      const { number, action_digest } = await submit(world, {
        action: 'db.export',
        links: ['https://ci.example/8812'],
      });
      const { title, text, buttons } = await world.face.card('bob', number);
      expect(title).toBe('Approval needed: export orders from postgres/prod');
      for (const part of [
        'agent',
        'API token',
        'db.export',
        'postgres/prod/orders',
        'as claimed',
        'medium',
        'dba 0/1',
        'security 0/1',
        'alice (owner of agent)',
        'FIN-231 monthly reconciliation',
        "requester's own words",
        'https://ci.example/8812',
        'COPY orders TO STDOUT',
        'two-keys',
        action_digest.slice(7, 19),
        'UTC',
      ]) {
        expect(text).toContain(part);
      }
      expect(text).toMatch(/log \d+ [0-9a-f]{8}/);
      expect(buttons).toEqual(['Approve', 'Reject', 'Flag', 'View full payload']);
      expect(await world.face.thread('bob', number, 'dba')).toHaveLength(1);
    });

    it('releases what one person approves, and shows everybody who it was and how it ended', async () => {
      const world = await start();
      const request = await submit(world);
      const answer = await world.face.click('bob', request.number, 'Approve');
      expect(answer.text).toContain(`You approved request ${request.number}`);
      const card = await world.face.card('alice', request.number, 'Approved by bob');
      expect(card.buttons).toEqual([]);
      const report = await run(world, request);
      await report({ status: 'succeeded', exit_code: 0, detail: 'COPY 12\nall done' });
      const thread = await world.face.thread('carol', request.number, 'succeeded');
      expect(thread.join('\n')).toMatch(/bob approved[\s\S]*Released[\s\S]*exit code 0[\s\S]*all done/);
      await world.face.card('carol', request.number, 'It succeeded with exit code 0');
      expect(await world.face.copies(request.number)).toBe(1);
    });

    it('needs two people where the plan has two seats, and says who is still missing', async () => {
      const world = await start();
      const request = await submit(world, { action: 'db.export' });
      const first = await world.face.click('bob', request.number, 'Approve');
      expect(first.text).toContain('Still missing: security 0/1');
      await world.face.card('carol', request.number, 'dba 1/1 (bob)');
      const again = await world.face.click('bob', request.number, 'Approve');
      expect(again.text).toContain('You have approved this request already');
      await world.face.click('carol', request.number, 'Approve');
      const card = await world.face.card('bob', request.number, 'Approved by carol');
      expect(card.text).toContain('Approved by bob');
      expect(await stateOf(world, request)).toBe('approved');
    });

    it('refuses the owner of the agent, with the reason, and keeps the card as it was', async () => {
      const world = await start();
      const request = await submit(world);
      const answer = await world.face.click('alice', request.number, 'Approve');
      expect(answer.text).toContain('You cannot decide on this request');
      expect(answer.text).toContain('owner of agent');
      expect(await stateOf(world, request)).toBe('pending');
      expect((await world.face.card('bob', request.number)).buttons).toContain('Approve');
    });

    it('refuses who fills no seat, and tells them nothing of a request they may not see', async () => {
      const world = await start();
      const request = await submit(world);
      const answer = await world.face.type('eve', `reject ${request.number} I do not like it`);
      expect(answer.text).toContain('There is nothing of that name');
      expect(answer.text).not.toContain('FIN-231');
      expect(await stateOf(world, request)).toBe('pending');
    });

    it('takes an approval of a cut payload only from who opened all of it', async () => {
      const world = await start();
      const request = await submit(world, {
        payload: { kind: 'sql', statement: `SELECT 1\n${LONG}\nDROP x` },
      });
      const card = await world.face.card('bob', request.number);
      expect(card.text).toMatch(
        /2[0-9] of 62 lines are not shown\. Open the full payload before you decide\./,
      );
      expect(card.text).toContain('DROP x');
      const early = await world.face.click('bob', request.number, 'Approve');
      expect(early.text).toContain('Open the full payload first');
      expect(await stateOf(world, request)).toBe('pending');
      const all = await world.face.click('bob', request.number, 'View full payload');
      expect(all.text).toContain('-- line 31');
      await world.face.click('bob', request.number, 'Approve');
      expect(await stateOf(world, request)).toBe('approved');
    });

    it('lets a withheld value count as hidden, and never shows it', async () => {
      const world = await start();
      const request = await submit(world, {
        action: 'db.secret',
        payload: { secret: 'hunter2-hunter2', user: 'x' },
      });
      const card = await world.face.card('bob', request.number);
      expect(card.text).toContain('1 value is hidden');
      expect((await world.face.click('bob', request.number, 'Approve')).text).toContain('full payload');
      const all = await world.face.click('bob', request.number, 'View full payload');
      expect(`${card.text}${all.text}`).not.toContain('hunter2');
    });

    it('ends it with a reject, and shows the reason to everybody', async () => {
      const world = await start();
      const request = await submit(world);
      const answer = await world.face.clickWithReason('bob', request.number, 'Reject', 'wrong week');
      expect(answer.text).toContain('You rejected');
      const card = await world.face.card('alice', request.number, /Rejected by bob at .*: wrong week/);
      expect(card.title).toBe('Rejected: migrate orders on postgres/prod');
      expect(card.buttons).toEqual([]);
      expect(await world.face.thread('alice', request.number, 'wrong week')).toHaveLength(2);
    });

    it('asks for a comment where the plan demands one', async () => {
      const world = await start();
      const request = await submit(world, { action: 'db.talk' });
      const bare = await world.face.type('bob', `reject ${request.number}`);
      expect(bare.buttons).toEqual(['Reject']);
      expect(await stateOf(world, request)).toBe('pending');
    });

    lastings(start);
    progressing(start);
    flood(start);

    it('shows hostile words literally, in a card of the same shape', async () => {
      const world = await start();
      for (const [index, text] of HOSTILE.entries()) {
        const request = await submit(world, {
          reason: text,
          payload: { kind: 'sql', statement: `SELECT '${text}' -- ${index}` },
        });
        const card = await world.face.card('bob', request.number);
        expect(card.title).toBe('Approval needed: migrate orders on postgres/prod');
        expect(card.buttons).toEqual(['Approve', 'Reject', 'Flag', 'View full payload']);
        // What is in sight is what was written, or a mark of ours for what nobody could see.
        const words = text.match(/[A-Za-z]{4,}/g) ?? [];
        for (const word of words) expect(card.text).toContain(word);
        expect(card.text).not.toMatch(/[^\P{C}\n]/u);
        await world.face.clickWithReason('bob', request.number, 'Reject', text);
        const ended = await world.face.card('bob', request.number, 'Rejected by bob');
        expect(ended.buttons).toEqual([]);
        expect(await stateOf(world, request)).toBe('rejected');
      }
    });
  });
}
