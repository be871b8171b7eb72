import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leafHash } from '../../../store/audit/entry.ts';
import { createVerifier, type Verdict, verifyEntries } from '../../../store/audit/verify.ts';
import { type Day, liveADay } from './day.ts';
import { find, parse, put, rechain } from './forge.ts';
import { openWorld } from './world.ts';

const SEED = Number(process.env['KEYTURN_SEED'] ?? 20_261_122);

let day: Day;
let lines: readonly Buffer[];
beforeAll(async () => {
  day = await liveADay();
  lines = day.world.entries();
});
afterAll(() => {
  day.world.close();
  day.world.remove();
});

const edited = (edit: (copy: Buffer[]) => void): Promise<Verdict> => {
  const copy = lines.map((line) => Buffer.from(line));
  edit(copy);
  return verifyEntries(copy);
};
const hex = (line: Uint8Array | undefined) => Buffer.from(leafHash(line ?? new Uint8Array())).toString('hex');

describe('a sound log', () => {
  it('is found sound, and its end is told so that it can be compared', async () => {
    expect(await verifyEntries(lines)).toEqual({
      usable: true,
      problem: null,
      area: null,
      entries: lines.length,
      firstSeq: 0,
      lastSeq: lines.length - 1,
      lastHash: hex(lines.at(-1)),
      origin: 'keyturn.test/1',
      requests: 20,
      missingTexts: 0,
      absent: null,
      unreplayed: 0,
      hasTexts: false,
      hasTables: false,
    });
  });

  it('tells of each request once, with the state that it has in the end', async () => {
    const told = new Map<string, string>();
    const compare = ({ id, state }: { readonly id: string; readonly state: string }) => {
      expect(told.has(id)).toBe(false);
      told.set(id, state);
      return null;
    };
    await verifyEntries(lines, { tables: { compare, rest: () => null } });
    const { store } = day.world.context();
    const rows = store.committed.list({ states: null, requester: null, before: null, most: 100 });
    expect([...told].sort()).toEqual(rows.map(({ id, state }) => [id, state]).sort());
  });

  it('can arrive as a stream', async () => {
    const stream = (async function* () {
      yield* lines;
    })();
    expect((await verifyEntries(stream)).problem).toBeNull();
  });

  it('is not looked at any further once something is wrong', () => {
    const verifier = createVerifier();
    expect(verifier.take(lines[0] as Buffer)).toBe(true);
    expect(verifier.take(Buffer.from('{}'))).toBe(false);
    expect(verifier.take(lines[1] as Buffer)).toBe(false);
    expect(verifier.finish().problem).toEqual({ seq: 1, why: 'its format is not version 1' });
  });
});

describe('somebody who changes bytes', () => {
  const last = () => lines.length - 1;

  it('is found at every entry, whatever single byte it is', async () => {
    // Entry after entry is read on its own, so a short log is as good as a long one, and quicker.
    const from = find(parse(lines), day.number['run'] ?? 0, 'request.submitted');
    const short = lines.slice(0, from + 8);
    const sound = await verifyEntries(short);
    expect(sound.problem).toBeNull();
    const spot = fc.record({
      seq: fc.nat(short.length - 1),
      at: fc.nat(),
      by: fc.integer({ min: 1, max: 255 }),
    });
    await fc.assert(
      fc.asyncProperty(spot, async ({ seq, at, by }) => {
        const copy = short.map((line) => Buffer.from(line));
        const line = copy[seq] as Buffer;
        line[at % line.length] = ((line[at % line.length] ?? 0) + by) % 256;
        const { problem, lastHash } = await verifyEntries(copy);
        // The last entry is nobody's prev. What changes there shows in the hash that somebody else holds.
        if (seq === short.length - 1) expect(problem === null && lastHash === sound.lastHash).toBe(false);
        else if (problem?.seq !== seq)
          expect([problem, seq]).toEqual([
            { seq: short.length - 2, why: expect.any(String) },
            short.length - 1,
          ]);
      }),
      { seed: SEED, numRuns: 3_000 },
    );
  });

  it.each([
    ['the hash of the entry before', '"prev":"', /its prev is not the hash of entry 29/],
    ['a word that nobody counts', '"sw":"', /its bytes are not those that entry 31 was chained to/],
    ['the name of the log', '"log":"', /its log is not the log of the others/],
    ['the time, to an earlier one', '"ts":"', /its ts is before that of the entry before it/],
  ])('is named for %s', async (_what, key, why) => {
    const { problem } = await edited((copy) => {
      const line = copy[30] as Buffer;
      const at = line.indexOf(key) + key.length;
      line[at] = key === '"ts":"' ? 0x31 : line[at] === 0x41 ? 0x42 : 0x41;
    });
    expect(problem).toEqual({ seq: 30, why: expect.stringMatching(why) });
  });

  it('is named for the first entry’s log, which no entry before it could tell', async () => {
    const { problem } = await edited((copy) => {
      const line = copy[0] as Buffer;
      line[line.indexOf('"log":"') + 7] = 0x41;
    });
    expect(problem).toEqual({ seq: 0, why: 'its log is not the log of the others' });
  });

  it('is named for a log that goes on under another name', async () => {
    const log = parse(lines);
    for (const entry of log.slice(30)) entry['log'] = 'keyturn.other';
    const { problem } = await verifyEntries(rechain(log));
    expect(problem).toEqual({ seq: 30, why: 'its log is not the log of the others' });
    const second = parse(lines);
    for (const entry of second.slice(1)) entry['log'] = 'keyturn.other';
    expect((await verifyEntries(rechain(second))).problem?.seq).toBe(1);
  });

  it('is named for a first entry that is said to be a later one', async () => {
    const { problem } = await edited((copy) => {
      const line = copy[0] as Buffer;
      line[line.indexOf('"seq":') + 6] = 0x37;
    });
    expect(problem).toEqual({ seq: 0, why: 'its prev says that it is the first, its seq says 7' });
  });

  it('is named for a first entry that follows something', async () => {
    const { problem } = await edited((copy) => {
      const line = copy[0] as Buffer;
      line[line.indexOf('"prev":"') + 8] = 0x42;
    });
    expect(problem).toEqual({ seq: 0, why: 'its prev is not 32 zero bytes, as it is in the first entry' });
  });

  it('is suspected of the earlier of two entries when the log ends there', async () => {
    const { problem } = await edited((copy) => {
      const line = copy[last()] as Buffer;
      line[line.indexOf('"prev":"') + 8] = line[line.indexOf('"prev":"') + 8] === 0x42 ? 0x43 : 0x42;
    });
    expect(problem).toEqual({ seq: last() - 1, why: expect.stringContaining('chained to') });
  });
});

describe('somebody who moves entries', () => {
  it.each<[string, (copy: Buffer[]) => void, number]>([
    ['drops the first', (copy) => copy.shift(), 0],
    ['drops one', (copy) => copy.splice(40, 1), 40],
    ['cuts a piece out of the middle', (copy) => copy.splice(40, 30), 40],
    ['swaps two', (copy) => copy.splice(40, 2, ...copy.slice(40, 42).reverse()), 40],
    ['inserts one again', (copy) => copy.splice(40, 0, copy[20] as Buffer), 40],
    ['doubles one', (copy) => copy.splice(41, 0, copy[40] as Buffer), 41],
    ['appends one again', (copy) => copy.push(copy.at(-1) as Buffer), 135],
  ])('is found when he %s', async (_what, edit, seq) => {
    const copy = [...lines];
    edit(copy);
    const verifier = createVerifier({ tables: { compare: () => null, rest: () => null } });
    for (const line of copy) verifier.take(line);
    expect(verifier.finish().problem).toEqual({ seq, why: expect.any(String) });
  });

  it('is found when he inserts one and chains it, but nothing after it', async () => {
    const log = parse(lines);
    log.splice(40, 0, { ...log[39], type: 'log.stopped', data: {}, actor: { kind: 'keyturn' } });
    const { problem } = await verifyEntries([...rechain(log).slice(0, 41), ...lines.slice(40)]);
    expect(problem).toEqual({ seq: 41, why: 'entry 40 stands where entry 41 belongs' });
  });

  it('is NOT found when he cuts the tail: only a hash that somebody else holds can tell', async () => {
    const cut = await verifyEntries(lines.slice(0, 100));
    expect(cut).toMatchObject({ problem: null, lastSeq: 99, lastHash: hex(lines[99]) });
  });

  it('is NOT found when he writes a whole log anew that could be true', async () => {
    const log = parse(lines);
    put(log[9] ?? {}, 'data.submission.hold', 'wait');
    expect((await verifyEntries(rechain(log))).problem).toBeNull();
  });
});

describe('entries that begin later', () => {
  it('are checked from the first on, and what cannot be replayed is counted', async () => {
    const verdict = await verifyEntries(lines.slice(18));
    expect(verdict).toMatchObject({
      problem: null,
      entries: 117,
      firstSeq: 18,
      lastSeq: 134,
      requests: 18,
      unreplayed: 10,
    });
  });

  it('are found sound wherever they begin', async () => {
    for (const begin of lines.keys()) {
      const verdict = await verifyEntries(lines.slice(begin));
      expect([begin, verdict.problem]).toEqual([begin, null]);
    }
  });

  it('are found sound wherever they begin and end, also in lives that go anyhow', async () => {
    const { liveThrough } = await import('./stories.ts');
    const world = await openWorld({ seed: SEED });
    try {
      await liveThrough(world, 150);
      const all = world.entries();
      for (let begin = 0; begin < all.length; begin += 17) {
        const verdict = await verifyEntries(all.slice(begin, begin + 120));
        expect([begin, verdict.problem]).toEqual([begin, null]);
      }
    } finally {
      world.close();
      world.remove();
    }
  });

  it('still show a request that was there before as not new', async () => {
    const log = parse(lines).slice(18);
    const born = log.find((entry) => entry['type'] === 'request.submitted');
    put(born, 'data.number', 2);
    put(born, 'subject.number', 2);
    const chained = rechain([...parse(lines).slice(0, 18), ...log]).slice(18);
    expect((await verifyEntries(chained)).problem).toEqual({ seq: 28, why: 'request 2 was there before' });
  });
});
