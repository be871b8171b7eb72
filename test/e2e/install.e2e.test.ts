import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Folder, freePort } from './folder.ts';

async function initialised() {
  const folder = new Folder();
  const { code, stdout } = await folder.keyturn(['init']).ended;
  expect(code).toBe(0);
  const tokenOf = (name: string) => new RegExp(`${name} \\(\\w+\\) +(kt[pc]_\\S+)`).exec(stdout)?.[1] ?? '';
  return { folder, alex: tokenOf('alex'), robin: tokenOf('robin'), agent: tokenOf('my-agent') };
}

async function call(url: string, token: string, path: string, body?: unknown) {
  const response = await fetch(`${url}${path}`, {
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the wire says, and asserts on it
  return { status: response.status, body: (await response.json()) as any };
}

const SUBMISSION = {
  action: 'db.export',
  target: { system: 'postgres', environment: 'staging', resource: 'orders' },
  reason: 'FIN-231',
  payload: { kind: 'sql', statement: 'COPY orders TO STDOUT' },
};

it('is a real install after init: checked, started on PORT, and through one cycle with the printed tokens', async () => {
  const { folder, alex, robin, agent } = await initialised();
  const checked = await folder.keyturn(['policy', 'check']).ended;
  expect([checked.code, checked.stdout]).toEqual([0, expect.stringContaining('keyturn.yaml is sound')]);

  const port = await freePort();
  const server = folder.keyturn(['serve'], { PORT: String(port) });
  await server.said(/"msg":"listening"/);
  const url = `http://127.0.0.1:${port}`;
  const submitted = await call(url, agent, '/v1/requests', SUBMISSION);
  expect(submitted).toMatchObject({
    status: 201,
    body: { state: 'pending', waiting_for: ['reviewers 0/1'] },
  });
  const { id, action_digest } = submitted.body;
  const path = `/v1/requests/${id}`;
  const vote = { verdict: 'approve', action_digest };
  expect(await call(url, alex, `${path}/reviews`, vote)).toMatchObject({ body: { code: 'SELF_REVIEW' } });
  expect(await call(url, agent, `${path}/reviews`, vote)).toMatchObject({ body: { code: 'NOT_A_HUMAN' } });
  expect(await call(url, robin, `${path}/payload`)).toMatchObject({
    status: 200,
    body: { payload: SUBMISSION.payload },
  });
  expect(await call(url, robin, `${path}/reviews`, vote)).toMatchObject({ body: { state: 'approved' } });
  const consumed = await call(url, agent, `${path}/consume`, { action_digest });
  expect(consumed).toMatchObject({ status: 200, body: { payload: SUBMISSION.payload } });
  const outcome = { nonce: consumed.body.nonce, status: 'succeeded', exit_code: 0 };
  expect(await call(url, agent, `${path}/outcome`, outcome)).toMatchObject({ body: { state: 'succeeded' } });

  // The operator's log has neither a token nor a word of the requester.
  await server.said(/"state":"succeeded"/);
  for (const secret of [alex, robin, agent, 'COPY', 'FIN-231']) expect(server.stderr).not.toContain(secret);
  const verified = await folder.keyturn(['audit', 'verify']).ended;
  expect([verified.code, verified.stdout]).toEqual([3, expect.stringContaining('nothing wrong in')]);
  server.child.kill('SIGTERM');
  expect((await server.ended).code).toBe(0);
  for (const made of ['data/keyturn.db', 'keys/grant.pem', 'keys/grant.pub']) {
    expect(existsSync(join(folder.path, made))).toBe(true);
  }
});

it.each(['SIGTERM', 'SIGINT'] as const)(
  'ends within three seconds of %s with a long poll and a stream open',
  async (signal) => {
    const { folder, robin, agent } = await initialised();
    const port = await freePort();
    const server = folder.keyturn(['serve'], { PORT: String(port) });
    await server.said(/"msg":"listening"/);
    const url = `http://127.0.0.1:${port}`;
    const { id } = (await call(url, agent, '/v1/requests', SUBMISSION)).body;

    const poll = call(url, agent, `/v1/requests/${id}?wait=60`).then(
      () => 'answered',
      () => 'cut',
    );
    const stream = await fetch(`${url}/v1/requests/${id}/events`, {
      headers: { authorization: `Bearer ${robin}` },
    });
    const streamEnds = stream.text().then(
      () => 'ended',
      () => 'cut',
    );
    // A caller that never ends its body, and one that says nothing at all.
    const slow = connect(port, '127.0.0.1');
    slow.on('error', () => undefined);
    slow.write(
      `POST /v1/requests HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${agent}\r\ncontent-length: 99\r\n\r\n{`,
    );
    const silent = connect(port, '127.0.0.1');
    silent.on('error', () => undefined);
    await once(silent, 'connect');
    expect((await call(url, robin, `/v1/requests/${id}`)).status).toBe(200);

    const started = performance.now();
    server.child.kill(signal);
    const { code } = await server.ended;
    expect(performance.now() - started).toBeLessThan(3_000);
    expect(code).toBe(0);
    await Promise.all([poll, streamEnds]);
    for (const socket of [slow, silent]) socket.destroy();

    const refused = connect(port, '127.0.0.1');
    const [cause] = await once(refused, 'error');
    expect(cause).toMatchObject({ code: 'ECONNREFUSED' });
    // It ended as a stop and not as a crash: nothing of what was cut came after the last entry.
    const again = folder.keyturn(['serve'], { PORT: '0' });
    await again.said(/"msg":"listening"/);
    again.child.kill('SIGTERM');
    expect((await again.ended).code).toBe(0);
    expect((await folder.keyturn(['audit', 'verify']).ended).code).toBe(3);
  },
);

it('says on one line which port is taken, and leaves the database to whoever has it', async () => {
  const { folder } = await initialised();
  const port = await freePort();
  const first = folder.keyturn(['serve'], { PORT: String(port) });
  await first.said(/"msg":"listening"/);
  const elsewhere = { PORT: String(port), KEYTURN_DATA_DIR: 'other-data' };
  const second = await folder.keyturn(['serve'], elsewhere).ended;
  expect(second.code).toBe(78);
  expect(second.stderr).toMatch(/^keyturn: cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE.*\n$/);
  first.child.kill('SIGTERM');
  expect((await first.ended).code).toBe(0);
});

it('starts nothing on a policy that is not sound', async () => {
  const { folder } = await initialised();
  const { code, stderr } = await folder.keyturn(['serve', '--config', 'missing.yaml']).ended;
  expect(code).toBe(78);
  expect(stderr).toContain('missing.yaml cannot be read');
  expect(existsSync(join(folder.path, 'data'))).toBe(false);
});
