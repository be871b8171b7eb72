// The effect, in a process of its own: it asks for the grant, and writes one line to its own file
// when it got one. How often something really happened is counted there and nowhere else.
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';

const file = openSync(process.env.FAULT_EFFECTS, 'a', 0o600);

/** Each line of stdin is one try: `{ job, url, token, id, action_digest, key }`. */
for await (const line of createInterface({ input: process.stdin })) {
  const { job, ...ask } = JSON.parse(line);
  tryOnce(ask).then(
    (answer) => tell({ job, ...answer }),
    () => tell({ job, status: null }),
  );
}
closeSync(file);

async function tryOnce({ url, token, id, action_digest, key }) {
  const response = await fetch(`${url}/v1/requests/${id}/consume`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'idempotency-key': key },
    body: JSON.stringify({ action_digest }),
  });
  const body = await response.json();
  if (response.status === 200) {
    writeSync(file, `${JSON.stringify({ id, key, nonce: body.nonce })}\n`);
    fsyncSync(file);
  }
  return { status: response.status, nonce: body.nonce ?? null, code: body.code ?? null };
}

function tell(answer) {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
