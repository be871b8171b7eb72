import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { RequestId } from '../../../bot/core/request.ts';
import { lastLineOf } from '../../../queue/executors/last-line.ts';
import { outputFolder } from '../../../queue/executors/output-folder.ts';

const last = (text: string | Buffer) => lastLineOf(Buffer.from(text));

it('is the last one with something in it, whole or not', () => {
  expect(last('one\n  two \n\n \r\n')).toBe('two');
  expect(last('one\ntw')).toBe('tw');
  expect(last('10 %\r20 %\r')).toBe('20 %');
  expect([last(''), last(' \n\n')]).toEqual([null, null]);
});

it('leaves out halves of characters at either end', () => {
  const euro = Buffer.from('€');
  expect(last(Buffer.concat([euro.subarray(1), Buffer.from('5 '), euro, euro.subarray(0, 2)]))).toBe('5 €');
});

const A = 'req_a' as RequestId;
const aFolder = (most: number) => outputFolder(mkdtempSync(join(tmpdir(), 'keyturn-lines-')), most);

it('is read off the end of what is kept of this try, however long that is', () => {
  const outputs = aFolder(100_000);
  expect(outputs.lastLine(A, 1)).toBeNull();
  outputs.append(A, 1, 0, Buffer.from(`first\n${'x'.repeat(50_000)}\nlast\n`));
  expect([outputs.lastLine(A, 1), outputs.lastLine(A, 2)]).toEqual(['last', null]);
  outputs.append(A, 2, 0, Buffer.from('y'.repeat(50_000)));
  expect(outputs.lastLine(A, 2)).toBe('y'.repeat(4_096));
});

it('is not said any more when the file is full: what it printed last is not in there', () => {
  const outputs = aFolder(10);
  outputs.append(A, 1, 0, Buffer.from('one\ntwo\nthree\n'));
  expect(outputs.lastLine(A, 1)).toBeNull();
});
