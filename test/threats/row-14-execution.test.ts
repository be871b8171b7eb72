import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readLog } from '../connectors/api/world.ts';
import { startKeyturn } from '../helpers/start-keyturn.ts';
import { submitApproved, untilState } from '../queue/runs/world.ts';
import { actionsOf, aFolder, commandOf, httpOf, SECRET } from './run-world.ts';

const IN_PAYLOAD = 'hunter2-canary-payload-5f1c';
const IN_ENVIRONMENT = 'hunter2-canary-environment-77ab';

it('row 14: what an action gets and prints of secrets is in no card, no answer, no log and no output file, and it gets them intact', async () => {
  const folder = aFolder();
  const program = folder.program(
    'run.sh',
    `printf '%s %s' "$1" "$TOKEN" > ${folder.path}/got; echo "using $1 and $TOKEN"; echo "$TOKEN" >&2; exit 3`,
  );
  const told: string[] = [];
  const tell = (message: string, fields: unknown = {}) => void told.push(message + JSON.stringify(fields));
  const actions = actionsOf(
    commandOf([program, '{/secret}'], folder.path, 'once', ['TOKEN']),
    { TOKEN: IN_ENVIRONMENT },
    ['/secret'],
  );
  const ports = { logger: { info: tell, warn: tell, error: tell } };
  const keyturn = await startKeyturn({ actions }, { ports });
  const asked = await submitApproved(keyturn, { secret: IN_PAYLOAD });
  await untilState(keyturn, asked.id, 'failed');
  expect(folder.read('got')).toBe(`${IN_PAYLOAD} ${IN_ENVIRONMENT}`);

  const outputs = join(keyturn.dataDir, 'outputs');
  const sinks = [
    (await keyturn.get('bob', `/v1/requests/${asked.id}`)).text,
    (await keyturn.get('bob', `/v1/requests/${asked.id}/payload`)).text,
    (await keyturn.get('agent', `/v1/requests/${asked.id}`)).text,
    JSON.stringify(await readLog(keyturn)),
    told.join('\n'),
    ...readdirSync(outputs).map((name) => readFileSync(join(outputs, name), 'utf8')),
  ];
  expect(sinks.at(-1)).toBe('using [hidden] and [hidden]\n[hidden]\n');
  for (const sink of sinks) {
    expect(sink).not.toContain(IN_PAYLOAD);
    expect(sink).not.toContain(IN_ENVIRONMENT);
  }
}, 30_000);

it('row 14: a target that answers with the secret it shares with us does not put it into the output', async () => {
  const server = createServer((_asked, answer) => answer.end(`signed with ${SECRET}\n`)).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const keyturn = await startKeyturn({
    actions: actionsOf(httpOf(url, ['127.0.0.0/8']), { SIGN_SECRET: SECRET }),
  });
  const { id } = await submitApproved(keyturn);
  await untilState(keyturn, id, 'succeeded');
  const kept = readFileSync(join(keyturn.dataDir, 'outputs', `${id}-1.log`), 'utf8');
  expect(kept).toBe('signed with whsec_[hidden]\n');
});

it('row 14: all that stands below a redacted pointer is hidden from what is printed, also where it is printed as JSON', async () => {
  const folder = aFolder();
  const program = folder.program(
    'run.sh',
    `echo "user $1"; printf '{"key":"%s","pin":%s}\\n' '-----BEGIN\\ncanary-of-a-key' 90125`,
  );
  const actions = actionsOf(commandOf([program, '{/login/user}'], folder.path), {}, ['/login']);
  const keyturn = await startKeyturn({ actions });
  const login = { user: IN_PAYLOAD, keys: ['-----BEGIN\ncanary-of-a-key'], pin: 90125 };
  const { id } = await submitApproved(keyturn, { login });
  await untilState(keyturn, id, 'succeeded');
  const kept = readFileSync(join(keyturn.dataDir, 'outputs', `${id}-1.log`), 'utf8');
  expect(kept).toBe('user [hidden]\n{"key":"[hidden]","pin":[hidden]}\n');
});
