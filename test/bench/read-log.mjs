import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readOptions, report } from './lib/child.mjs';
import { load } from './lib/product.mjs';

/** A child process: reads a file of entries, either as little as possible or with the verifier. */
const { file, verify } = readOptions();
const { createVerifier } = await load('store/audit/verify.js');
const verifier = verify ? createVerifier() : null;

function raw(line) {
  createHash('sha256').update(line).digest();
  JSON.parse(line.toString());
  return true;
}

const take = verifier === null ? raw : (line) => verifier.take(line);
const started = performance.now();
let entries = 0;
let rest = Buffer.alloc(0);
for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
  const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
  let from = 0;
  for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, from)) {
    if (!take(bytes.subarray(from, end))) throw new Error(JSON.stringify(verifier.finish()));
    entries += 1;
    from = end + 1;
  }
  rest = bytes.subarray(from);
}
const problem = verifier?.finish().problem ?? null;
if (problem !== null) throw new Error(`entry ${problem.seq}: ${problem.why}`);
report({ entries, seconds: (performance.now() - started) / 1000, rssMb: process.resourceUsage().maxRSS / 1024 });
