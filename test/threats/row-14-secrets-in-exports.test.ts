import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { fileSink } from '../../queue/sinks/file.ts';
import { anExecuting, report, submit } from '../connectors/api/world.ts';
import { exportBundle } from '../helpers/bundle.ts';
import { PEOPLE, tokenOf } from '../helpers/rulebook.ts';
import { startKeyturn, type TestKeyturn } from '../helpers/start-keyturn.ts';

const CANARIES = {
  argv: 'canary-argv-6f1c',
  env: 'canary-env-0b77',
  header: 'canary-header-91aa',
  redacted: 'canary-redacted-44de',
  nested: 'canary-nested-c3b8',
  statement: 'canary-statement-77f0',
} as const;

/** Every place in a payload where people put what nobody else should see. */
async function actsOnSecrets(keyturn: TestKeyturn): Promise<{ readonly nonce: string }> {
  await submit(keyturn, {
    action: 'command.run',
    payload: { kind: 'command', argv: ['deploy', '--password', CANARIES.argv], env: { TOKEN: CANARIES.env } },
  });
  await submit(keyturn, {
    payload: {
      kind: 'http',
      method: 'POST',
      url: 'https://x.example/',
      headers: { authorization: CANARIES.header },
    },
  });
  await submit(keyturn, {
    action: 'db.secret',
    payload: { secret: CANARIES.redacted, deep: { er: CANARIES.nested } },
  });
  const running = await anExecuting(keyturn, {
    payload: { kind: 'sql', statement: `SELECT '${CANARIES.statement}'` },
  });
  await report(keyturn, running);
  return running;
}

const privateKeys = (keyturn: TestKeyturn) =>
  ['grant.pem', 'checkpoint.pem'].map((name) => {
    const file = join(keyturn.dataDir, '../keys', name);
    return existsSync(file) ? (readFileSync(file, 'utf8').split('\n')[1] ?? '') : '';
  });

it('row 14: no payload, token, nonce or key stands in any file of a bundle', async () => {
  const keyturn = await startKeyturn();
  const { nonce } = await actsOnSecrets(keyturn);
  const bundle = await exportBundle(keyturn);
  const secrets = [
    ...Object.values(CANARIES),
    nonce,
    ...PEOPLE.map(tokenOf),
    tokenOf('agent'),
    ...privateKeys(keyturn).filter((key) => key !== ''),
  ];
  expect(secrets.length).toBeGreaterThan(12);
  for (const name of bundle.names) {
    const text = readFileSync(join(bundle.folder, name)).toString('latin1');
    const found = secrets.filter((secret) => text.includes(secret));
    // Base64 hides a text from whoever only searches for it.
    const decoded = name.endsWith('.dsse.json')
      ? Buffer.from(JSON.parse(text).payload, 'base64').toString()
      : '';
    expect([name, [...found, ...secrets.filter((secret) => decoded.includes(secret))]]).toEqual([name, []]);
  }
});

it('row 14: nor in what is streamed to somebody else, which holds no text of anybody at all', async () => {
  const text = 'canary-reason-5d21';
  const keyturn = await startKeyturn();
  const file = join(keyturn.dataDir, '..', 'stream.jsonl');
  await keyturn.stop();
  const streaming = await startKeyturn(
    {},
    { dir: join(keyturn.dataDir, '..'), ports: { sinks: [fileSink(file)] } },
  );
  const { nonce } = await actsOnSecrets(streaming);
  await submit(streaming, { reason: text, payload: { another: 1 } });
  const last = streaming.keyturn.context.store.committed.lastSeq();
  await vi.waitFor(() => expect(readFileSync(file, 'utf8')).toContain(`"sequence":${last}`), {
    timeout: 10_000,
  });
  const streamed = readFileSync(file, 'utf8');
  for (const secret of [...Object.values(CANARIES), nonce, text, tokenOf('agent')]) {
    expect([secret, streamed.includes(secret)]).toEqual([secret, false]);
  }
});
