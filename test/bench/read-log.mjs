import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readOptions, report } from './lib/child.mjs';

const LINE_FEED = 0x0a;
const LEAF = new Uint8Array([0]);

/** A child process: the least that any verifier does. Each line is hashed and parsed once, and forgotten. */
const { file } = readOptions();
let begun = Buffer.alloc(0);
let lines = 0;
for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
  let from = 0;
  for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, from)) {
    const rest = chunk.subarray(from, end);
    const line = begun.length === 0 ? rest : Buffer.concat([begun, rest]);
    createHash('sha256').update(LEAF).update(line).digest();
    if (JSON.parse(line.toString()).seq !== lines) throw new Error(`line ${lines} is not entry ${lines}`);
    lines += 1;
    begun = begun.subarray(0, 0);
    from = end + 1;
  }
  begun = Buffer.concat([begun, chunk.subarray(from)]);
}
report({ lines });
