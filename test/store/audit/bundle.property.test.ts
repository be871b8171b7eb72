import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { leafHash } from '../../../store/audit/entry.ts';
import { formatFooter } from '../../../store/audit/find-notes.ts';
import { type Files, linesOf, putLines, relist, verifyFiles } from './bundle-in-memory.ts';
import { type KeptLog, keptLog } from './kept-log.ts';

const SEED = Number(process.env['KEYTURN_SEED'] ?? 20261122);
/** What a verifier says of a bundle that it cannot read at all is no "sound" either. */
const CAUGHT = [1, 2];

let kept: KeptLog;
beforeEach(async () => {
  kept = await keptLog();
}, 60_000);

const copy = (): Files => new Map([...kept.files].map(([name, bytes]) => [name, Buffer.from(bytes)]));
const verify = (files: Files, held: readonly string[] = []) => verifyFiles(files, kept.key, held);
const last = () => kept.entries.length - 1;

describe('a bundle that nobody touched', () => {
  it('is sound with a checkpoint from outside, and unconfirmed without', async () => {
    expect(await verify(copy(), [kept.newest])).toMatchObject({ exit: 0, seq: null });
    expect(await verify(copy(), [kept.early])).toMatchObject({ exit: 0, seq: null });
    expect(await verify(copy())).toMatchObject({ exit: 3, seq: null });
    expect(await verifyFiles(copy(), null)).toMatchObject({ exit: 3, seq: null });
  });

  it('is confirmed by the footer of any card, which nobody has to have signed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(last()), async (seq) => {
        const footer = formatFooter(seq, leafHash(Buffer.from(kept.entries[seq] ?? '')));
        expect((await verify(copy(), [`bot  12:04\n${footer}`])).exit).toBe(0);
        const other = formatFooter(seq, leafHash(Buffer.from('another')));
        expect(await verify(copy(), [other])).toMatchObject({ exit: 1, seq });
      }),
      { seed: SEED, numRuns: 20 },
    );
  });

  it('is not sound against what is held of another log, or nothing', async () => {
    expect((await verify(copy(), [kept.foreign])).exit).toBe(2);
    expect((await verifyFiles(copy(), kept.otherKey)).exit).toBe(1);
  });
});

describe('one byte that is changed', () => {
  it('is found in any file, whatever byte it is', async () => {
    const names = [...kept.files].filter(([, bytes]) => bytes.length > 0).map(([name]) => name);
    const spot = fc.record({
      name: fc.constantFrom(...names),
      at: fc.nat(),
      by: fc.integer({ min: 1, max: 255 }),
    });
    await fc.assert(
      fc.asyncProperty(spot, async ({ name, at, by }) => {
        const files = copy();
        const bytes = files.get(name) as Buffer;
        bytes.writeUInt8((bytes.readUInt8(at % bytes.length) + by) % 256, at % bytes.length);
        const { exit } = await verify(files, [kept.newest]);
        expect([name, CAUGHT.includes(exit)]).toEqual([name, true]);
      }),
      { seed: SEED, numRuns: 250 },
    );
  });

  it('is found in an entry with the number of that entry, also where the list of contents fits again', async () => {
    const spot = fc.record({ seq: fc.nat(last()), at: fc.nat(), by: fc.integer({ min: 1, max: 255 }) });
    await fc.assert(
      fc.asyncProperty(spot, async ({ seq, at, by }) => {
        const files = copy();
        const starts = kept.entries.slice(0, seq).reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
        const bytes = files.get('events.jsonl') as Buffer;
        const spotted = starts + (at % Buffer.byteLength(kept.entries[seq] ?? ''));
        bytes.writeUInt8((bytes.readUInt8(spotted) + by) % 256, spotted);
        const found = await verify(relist(files));
        expect(found.exit).toBe(1);
        // Nobody names the hash of the last entry but the checkpoint, which covers all since the one before.
        const isNamed = found.seq === seq || (seq === last() && (found.seq ?? -1) >= kept.covered);
        expect([seq, found.seq, isNamed]).toEqual([seq, found.seq, true]);
      }),
      { seed: SEED, numRuns: 150 },
    );
  });
});

describe('lines that are moved', () => {
  const cut = (edit: (lines: string[], at: number) => void) => async (at: number) => {
    const files = copy();
    const lines = linesOf(files, 'events.jsonl');
    edit(lines, at);
    return verify(relist(putLines(files, 'events.jsonl', lines)));
  };

  it.each<[string, (lines: string[], at: number) => void, (at: number) => number]>([
    ['dropped', (lines, at) => lines.splice(at, 1), (at) => at],
    ['doubled', (lines, at) => lines.splice(at, 0, lines[at] ?? ''), (at) => at + 1],
    ['swapped', (lines, at) => lines.splice(at, 2, lines[at + 1] ?? '', lines[at] ?? ''), (at) => at],
    ['inserted from elsewhere', (lines, at) => lines.splice(at, 0, lines[at + 3] ?? ''), (at) => at],
  ])('are found when one is %s, with the place', async (_what, edit, seqOf) => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: last() - 4 }), async (at) => {
        expect(await cut(edit)(at)).toMatchObject({ exit: 1, seq: seqOf(at) });
      }),
      { seed: SEED, numRuns: 25 },
    );
  });

  it('are found when the tail is cut, with the first entry that is missing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: last() }), async (size) => {
        const files = copy();
        const lines = linesOf(files, 'events.jsonl').slice(0, size);
        putLines(files, 'events.jsonl', lines);
        const texts = linesOf(files, 'disclosures.jsonl').filter((line) => JSON.parse(line).seq < size);
        const found = await verify(relist(putLines(files, 'disclosures.jsonl', texts)));
        expect(found).toMatchObject({ exit: 1, seq: size });
      }),
      { seed: SEED, numRuns: 25 },
    );
  });
});

describe('what stands beside the entries', () => {
  it('is missed when a text is taken out and no entry says that it was erased', async () => {
    const count = linesOf(copy(), 'disclosures.jsonl').length;
    await fc.assert(
      fc.asyncProperty(fc.nat(count - 1), async (at) => {
        const files = copy();
        const texts = linesOf(files, 'disclosures.jsonl');
        const [gone = '{}'] = texts.splice(at, 1);
        const found = await verify(relist(putLines(files, 'disclosures.jsonl', texts)));
        expect(found).toMatchObject({ exit: 1, seq: JSON.parse(gone).seq });
        expect(found.why).toContain('no entry says that it was erased');
      }),
      { seed: SEED, numRuns: 25 },
    );
  });

  it('is not missed where an entry says so', () => {
    const texts = linesOf(kept.files, 'disclosures.jsonl').map((line) => JSON.parse(line).seq);
    expect(texts).not.toContain(kept.erased);
    expect(kept.entries[kept.erased]).toContain('"d":{');
  });

  it('is named when a text is another one, with its entry', async () => {
    const files = copy();
    const texts = linesOf(files, 'disclosures.jsonl');
    const at = texts.findIndex((line) => JSON.parse(line).field === 'reason');
    const { seq } = JSON.parse(texts[at] ?? '');
    texts[at] = (texts[at] ?? '').replace(/"value":"[^"]*"/, '"value":"I was told to"');
    const found = await verify(relist(putLines(files, 'disclosures.jsonl', texts)));
    expect(found).toMatchObject({ exit: 1, seq, why: 'its reason is not the text that it commits to' });
  });

  it('is compared for every report, whatever cell of it was edited', async () => {
    const names = [...kept.files.keys()].filter((name) => name.startsWith('reports/'));
    for (const name of names) {
      const files = copy();
      files.set(name, Buffer.concat([files.get(name) as Buffer, Buffer.from('1,2,3\r\n')]));
      const found = await verify(relist(files));
      expect(found).toEqual({ exit: 1, seq: null, why: `${name} is not what the entries say` });
    }
  });

  it('holds nothing more, and nothing less', async () => {
    const more = copy().set('reports/all-is-well.csv', Buffer.from('all,is,well\r\n'));
    expect(await verify(relist(more))).toMatchObject({ exit: 1 });
    const odd = copy().set('../elsewhere', Buffer.from('x'));
    expect(await verify(relist(odd))).toMatchObject({ exit: 2 });
    const less = copy();
    less.delete('VERIFY.md');
    expect(await verify(less)).toMatchObject({ exit: 1 });
  });
});
