import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Mask } from '../../../queue/executors/mask.ts';
import { OutputFile } from '../../../queue/executors/output.ts';

function printed(secrets: readonly string[], ...pieces: readonly (string | Buffer)[]): string {
  const mask = new Mask(secrets);
  return Buffer.concat([...pieces.map((piece) => mask.take(Buffer.from(piece))), mask.end()]).toString();
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
  });

  it('is cut at its bound, and its end is known all the same', () => {
    const path = file();
    const output = new OutputFile(path, [], 10);
    for (let line = 0; line < 2000; line += 1) output.write(Buffer.from(`line ${line}\n`));
    const { tail, isCut } = output.close() ?? NOTHING;
    expect([readFileSync(path).length, isCut, Buffer.byteLength(tail)]).toEqual([10, true, 4096]);
    expect(tail.endsWith('line 1999\n')).toBe(true);
  });

  it('has a tail that begins with a whole character', () => {
    const output = new OutputFile(file(), [], 100_000);
    output.write(Buffer.from('€'.repeat(3000)));
    expect(output.close()?.tail).toMatch(/^€+$/);
  });
});
