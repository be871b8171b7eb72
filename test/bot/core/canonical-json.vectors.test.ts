import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { canonicalJson } from '../../../bot/core/canonical-json.ts';
import { sharedDir, skipUnless } from '../../helpers/require.ts';

const NAMES = ['arrays', 'french', 'structures', 'unicode', 'values', 'weird'];

/** The test data of RFC 8785's author, read where it stands. */
function testdata(context: TestContext): string {
  const shared = sharedDir();
  skipUnless(context, 'shared', shared !== null);
  return join(shared ?? '', 'vectors/jcs/testdata');
}

/** The numbers of the README: a fixed table, 2,000 in a row, then a chain of SHA-256. */
function* numbers(readme: string): Generator<{ readonly bits: bigint; readonly value: number }> {
  const view = new DataView(new ArrayBuffer(8));
  const fromBits = (bits: bigint) => {
    view.setBigUint64(0, bits);
    return { bits, value: view.getFloat64(0) };
  };
  const table = readme.slice(readme.indexOf('staticU64s = '), readme.indexOf('staticF64s = '));
  for (const [, hex] of table.matchAll(/0x([0-9a-f]{16})n/g)) yield fromBits(BigInt(`0x${hex}`));
  for (let index = 0n; index < 2000n; index += 1n) yield fromBits(0x0010000000000000n + index);
  for (let block = Buffer.alloc(32); ; ) {
    block = createHash('sha256').update(block).digest();
    for (const offset of [0, 8, 16, 24]) {
      const number = fromBits(block.readBigUInt64LE(offset));
      if (number.value !== 0 && Number.isFinite(number.value)) yield number;
    }
  }
}

describe('canonicalJson, by the vectors of RFC 8785', () => {
  it.for(NAMES)('writes %s to the byte', (name, context) => {
    const dir = testdata(context);
    const text = canonicalJson(JSON.parse(readFileSync(join(dir, `input/${name}.json`), 'utf8')));
    const hex = readFileSync(join(dir, `outhex/${name}.txt`), 'utf8').replaceAll(/\s/g, '');

    expect(text).toBe(readFileSync(join(dir, `output/${name}.json`), 'utf8'));
    expect(Buffer.from(text).toString('hex')).toBe(hex);
  });

  it('leaves out none of the vectors', (context) => {
    expect(readdirSync(join(testdata(context), 'input')).sort()).toEqual(NAMES.map((name) => `${name}.json`));
  });

  it('writes the first 1,000,000 numbers of the sequence to the byte', { timeout: 120_000 }, (context) => {
    const readme = readFileSync(join(testdata(context), 'README.md'), 'utf8');
    const rows = [...readme.matchAll(/\| ([0-9a-f]{64}) \| (\d+) +\|/g)].map(([, sum, count]) => ({
      sum,
      count: Number(count),
    }));
    const wanted = rows.filter(({ count }) => count <= 1_000_000);
    expect(wanted.map(({ count }) => count)).toEqual([1_000, 10_000, 100_000, 1_000_000]);

    const hash = createHash('sha256');
    const sums = new Map<number, string>();
    let count = 0;
    for (const { bits, value } of numbers(readme)) {
      hash.update(`${bits.toString(16)},${canonicalJson(value)}\n`);
      count += 1;
      if (wanted.some((row) => row.count === count)) sums.set(count, hash.copy().digest('hex'));
      if (count === 1_000_000) break;
    }

    expect([...sums].map(([lines, sum]) => ({ sum, count: lines }))).toEqual(wanted);
  });
});
