import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Mask } from '../../../queue/executors/mask.ts';
import { OutputFile } from '../../../queue/executors/output.ts';

function printed(secrets: readonly string[], ...pieces: readonly (string | Buffer)[]): string {
  const mask = new Mask(secrets);
  return Buffer.concat([...pieces.map((piece) => mask.take(Buffer.from(piece))), mask.end()]).toString();
}

/** The same, slowly and in one piece: each byte of each occurrence, and one mark for what overlaps. */
function hiddenByHand(whole: string, secrets: readonly string[]): string {
  const runs: [number, number][] = [];
  for (let to = 1; to <= whole.length; to += 1) {
    const ends = secrets.filter((secret) => whole.slice(0, to).endsWith(secret));
    if (ends.length > 0) runs.push([to - Math.max(...ends.map(({ length }) => length)), to]);
  }
  const merged: [number, number][] = [];
  for (const [from, to] of runs.sort(([a], [b]) => a - b)) {
    const last = merged.at(-1);
    if (last !== undefined && from < last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  let text = whole;
  for (const [from, to] of merged.reverse()) text = `${text.slice(0, from)}[hidden]${text.slice(to)}`;
  return text;
}

describe('row 14: a secret that an action prints', () => {
  it('is hidden, also when it comes in two pieces or byte by byte', () => {
    expect(printed(['hunter2!'], 'password hunter2! ok')).toBe('password [hidden] ok');
    expect(printed(['hunter2!'], 'x hun', 'ter2! y')).toBe('x [hidden] y');
    expect(printed(['hunter2!'], ...'<hunter2!hunter2!>')).toBe('<[hidden][hidden]>');
  });

  it('is hidden whole when a shorter secret begins it', () => {
    expect(printed(['abcd', 'abcdefgh'], 'abcdefgh abcd')).toBe('[hidden] [hidden]');
  });

  it('is hidden whole when a shorter secret begins it and the output is cut there', () => {
    expect(printed(['admin', 'admin-Pa55word'], 'admin', '-Pa55word admin')).toBe('[hidden] [hidden]');
    expect(printed(['admin', 'admin-Pa55word'], 'admin', '-Pass')).toBe('[hidden]-Pass');
  });

  it('is hidden with all of its bytes where two of them overlap', () => {
    expect(printed(['abcd', 'cdef'], 'xabcdefy')).toBe('x[hidden]y');
    expect(printed(['bcde', 'abcdef'], 'xabcde', 'fy')).toBe('x[hidden]y');
    expect(printed(['bcde', 'abcdefgh'], 'xabcdey')).toBe('xa[hidden]y');
    expect(printed(['aaaa'], ...'xaaaaaaay')).toBe('x[hidden]y');
  });

  it('is hidden once for each time that it is printed, and not where it is too short to be one', () => {
    expect(printed(['hunter2!'], 'hunter2!hunter2!')).toBe('[hidden][hidden]');
    expect(printed(['abc', ''], 'xabcx')).toBe('xabcx');
  });

  it('takes no time that grows with how many and how long they are', () => {
    const many = Array.from({ length: 25_000 }, (_none, index) => `aaaa${index.toString(36)}`);
    const mask = new Mask([...many, `${'a'.repeat(100_000)}b`]);
    const piece = Buffer.from(`${'a'.repeat(65_535)}c`);
    const began = process.cpuUsage().user;
    for (let pieces = 0; pieces < 4; pieces += 1) mask.take(piece);
    expect((process.cpuUsage().user - began) / 1_000).toBeLessThan(3_000);
  });

  it('leaves every other byte as it was', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 40 });
    const secrets = fc.array(fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 4, maxLength: 6 }));
    fc.assert(
      fc.property(text, secrets, fc.array(fc.nat(40)), (whole, some, cuts) => {
        const at = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b), whole.length];
        const pieces = at.slice(1).map((to, index) => whole.slice(at[index], to));
        expect(printed(some, ...pieces)).toBe(hiddenByHand(whole, some));
      }),
      { numRuns: 1_000 },
    );
  });

  it('never comes out, however the output is cut up', () => {
    const alphabet = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 30 });
    fc.assert(
      fc.property(
        fc.array(alphabet),
        fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 4, maxLength: 6 })),
        (pieces, secrets) => {
          const out = printed(secrets, ...pieces);
          for (const secret of secrets) expect(out).not.toContain(secret);
        },
      ),
    );
  });
});

const NOTHING = { tail: '', bytes: 0, sha256: '', isCut: false };

describe('the output of an action', () => {
  const file = () => join(mkdtempSync(join(tmpdir(), 'keyturn-output-')), 'outputs', 'one.log');

  it('is on disk for its owner only, with its SHA-256', () => {
    const path = file();
    const output = new OutputFile(path, ['sesame-open'], 1000);
    output.write(Buffer.from('one\n'));
    output.write(Buffer.from('sesame-open\n'));
    const { tail, bytes, sha256, isCut } = output.close() ?? NOTHING;
    expect(readFileSync(path, 'utf8')).toBe('one\n[hidden]\n');
    expect([tail, bytes, isCut]).toEqual(['one\n[hidden]\n', 13, false]);
    expect(sha256).toBe(createHash('sha256').update(readFileSync(path)).digest('hex'));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
  });

  it('is cut at its bound, and its end is known all the same', () => {
    const path = file();
    const output = new OutputFile(path, [], 10);
    for (let line = 0; line < 2000; line += 1) output.write(Buffer.from(`line ${line}\n`));
    const { tail, isCut } = output.close() ?? NOTHING;
    expect([readFileSync(path).length, isCut, Buffer.byteLength(tail)]).toEqual([10, true, 4096]);
    expect(tail.endsWith('line 1999\n')).toBe(true);
  });

  it('that ends like the beginning of a secret is whole all the same', () => {
    const path = file();
    const output = new OutputFile(path, ['sesame-open'], 1000);
    output.write(Buffer.from('say sesame'));
    expect(output.close()).toMatchObject({ tail: 'say sesame', bytes: 10, isCut: false });
    expect(readFileSync(path, 'utf8')).toBe('say sesame');
  });

  it('is a beginning and is called cut once a part of it could not be kept, and the action goes on', () => {
    const path = file();
    writeFileSync(dirname(path), 'in the way');
    const output = new OutputFile(path, []);
    output.write(Buffer.from('one '));
    rmSync(dirname(path));
    output.write(Buffer.from('two'));
    expect(output.close()).toMatchObject({ tail: 'one two', bytes: 7, isCut: true });
    expect(existsSync(path)).toBe(false);
  });

  it('has a tail that begins with a whole character', () => {
    const output = new OutputFile(file(), [], 100_000);
    output.write(Buffer.from('€'.repeat(3000)));
    expect(output.close()?.tail).toMatch(/^€+$/);
  });
});
