import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { RequestId } from '../../../bot/core/request.ts';
import { outputFolder } from '../../../queue/executors/output-folder.ts';

const ID = 'req_1' as RequestId;

function aFolder(mostBytes: number) {
  const path = join(mkdtempSync(join(tmpdir(), 'keyturn-outputs-')), 'outputs');
  const outputs = outputFolder(path, mostBytes);
  const append = (offset: number, text: string) => outputs.append(ID, 1, offset, Buffer.from(text));
  return { path, file: join(path, `${ID}-1.log`), outputs, append };
}

it('what workers send is kept for its owner alone, up to a bound, and says how much there is', async () => {
  const { path, file, outputs, append } = aFolder(10);
  expect(append(0, 'one\n')).toBe(4);
  expect(append(4, 'two\nthree\n')).toBe(10);
  expect(append(10, 'more')).toBe(10);
  expect(readFileSync(file, 'utf8')).toBe('one\ntwo\nth');
  expect([statSync(file).mode & 0o777, statSync(path).mode & 0o777]).toEqual([0o600, 0o700]);
  expect(await outputs.seal(ID, 1)).toMatchObject({ bytes: 10 });
});

it('the last line is none once the file is full, and none where there is no file', async () => {
  const { outputs, append } = aFolder(10);
  expect([outputs.lastLine(ID, 1), await outputs.seal(ID, 1)]).toEqual([null, null]);
  append(0, 'one\ntwo');
  expect(outputs.lastLine(ID, 1)).toBe('two');
  append(7, ' and more');
  expect(outputs.lastLine(ID, 1)).toBeNull();
});
