import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { expect, it } from 'vitest';
import { createGate } from '../../connectors/client/gate.ts';
import { hash, SOUND } from '../bot/policy-file/sound-policy.ts';
import { until } from '../helpers/until.ts';
import { webhookTarget } from '../helpers/webhook-target.ts';
import { Folder, freePort } from './folder.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const OLD = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
const AGENT = 'ktc_the_token_of_the_deploy_agent';
const BOB = 'ktp_the_token_of_bob_who_decides';

const sha256 = (token: string) => createHash('sha256').update(token).digest('hex');

it('the served product tells an endpoint of its file what becomes of an action that a program holds', async () => {
  const folder = new Folder();
  const port = await freePort();
  const target = await webhookTarget();
  const text = SOUND.replace('version: 1\n', `version: 1\nlisten: { port: ${port} }\n`)
    .replace(hash('d'), sha256(AGENT))
    .replace(hash('b'), sha256(BOB));
  const events = `events:
  tickets: { url: "${target.url}", sign_secret_env: [NEW, OLD], allow_cidrs: [127.0.0.0/8] }
`;
  writeFileSync(join(folder.path, 'keyturn.yaml'), `${text}${events}`);
  const server = folder.keyturn(['serve'], { NEW: SECRET, OLD });
  await server.said(/"msg":"listening"/);
  const url = `http://127.0.0.1:${port}`;
  const asBob = async (path: string, body?: object) => {
    const answer = await fetch(`${url}${path}`, {
      headers: { authorization: `Bearer ${BOB}` },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    return (await answer.json()) as Record<string, unknown>;
  };
  const gate = createGate({ url, token: AGENT });
  const ran = gate(
    { action: 'db.migrate', target: 'postgres/dev/orders', reason: 'a canary', payload: { version: 42 } },
    ({ version }) => version + 1,
  );
  const created = await until(() => target.posts[0]);
  const { id } = created.json.data.request;
  const { action_digest } = await asBob(`/v1/requests/${id}/payload`);
  expect(await asBob(`/v1/requests/${id}/reviews`, { verdict: 'approve', action_digest })).toMatchObject({
    state: 'approved',
  });
  expect(await ran).toBe(43);
  await until(() => (target.posts.length === 3 ? true : null));
  for (const { body, headers } of target.posts) {
    for (const secret of [SECRET, OLD]) new Webhook(secret).verify(body, headers);
    expect(body).not.toContain('canary');
  }
  expect(target.posts.map(({ json }) => [json.type, json.data.request.state])).toEqual([
    ['request.created', 'pending'],
    ['request.decided', 'approved'],
    ['request.executed', 'succeeded'],
  ]);
  server.child.kill('SIGTERM');
  expect((await server.ended).code).toBe(0);

  // A secret that is missing stops the start, by its name.
  const without = await folder.keyturn(['serve'], { NEW: SECRET }).ended;
  expect([without.code, without.stderr + without.stdout]).toEqual([
    78,
    expect.stringContaining('OLD, named by events.tickets.sign_secret_env, is not set'),
  ]);
}, 60_000);
