import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { toConfiguration } from '../../../bot/cli/configuration.ts';
import { peopleCommand } from '../../../bot/cli/people.ts';
import { compose, type Keyturn } from '../../../bot/compose.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { seededRandom } from '../../helpers/seeded-random.ts';
import { faceOf } from '../app/people-world.ts';
import { SOUND } from '../policy-file/sound-policy.ts';
import { run } from './run-command.ts';

async function serving(): Promise<{ file: string; folder: string; keyturn: Keyturn }> {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-people-'));
  const file = join(folder, 'keyturn.yaml');
  writeFileSync(file, SOUND);
  const keyturn = await compose(toConfiguration(SOUND, file, { PORT: '0' }), {
    clock: new FakeClock(),
    random: seededRandom(folder),
    logger: { info() {}, warn() {}, error() {} },
    couriers: () => [],
    onBroken: (cause) => {
      throw cause;
    },
  });
  let stopped = false;
  const stop = async () => {
    if (!stopped) await keyturn.stop();
    stopped = true;
  };
  onTestFinished(async () => {
    await stop();
    rmSync(folder, { recursive: true });
  });
  return { file, folder, keyturn: { ...keyturn, stop } };
}

it('prints a code that one account redeems, and takes the account away again', async () => {
  const { file, keyturn } = await serving();
  const linked = await run(peopleCommand(), 'link', 'bob', '--config', file);
  expect(linked.exitCode).toBe(0);
  const code = /^code: (([2-9A-Z]{4}-){3}[2-9A-Z]{4})$/m.exec(linked.out)?.[1];
  expect(linked.out).toContain(`type: /keyturn link ${code}`);
  expect(linked.out).toContain('until 2026-11-22T10:10:00.000Z');
  const face = faceOf({ keyturn } as never);
  expect(await face.type('slack:T09/U09', `link ${code}`)).toContain('now an account of Bob Ruiz');
  expect(face.who('slack:T09/U09')).toBe('bob');
  const unlinked = await run(peopleCommand(), 'unlink', 'slack:T09/U09', '--config', file);
  expect([unlinked.out, unlinked.exitCode]).toEqual(['slack:T09/U09 is no longer an account of bob.\n', 0]);
  expect(face.who('slack:T09/U09')).toBe('UNKNOWN_ACCOUNT');
});

it('says who is not there, and exits with 69', async () => {
  const { file } = await serving();
  const nobody = await run(peopleCommand(), 'link', 'mallory', '--config', file);
  expect(nobody).toMatchObject({ exitCode: 69, out: '' });
  expect(nobody.err).toContain('there is no active person "mallory"');
  const none = await run(peopleCommand(), 'unlink', 'slack:T09/U09', '--config', file);
  expect(none.err).toContain('slack:T09/U09 is linked to nobody');
});

it('refuses what is no account, and exits with 78', async () => {
  const { file } = await serving();
  const { err, exitCode } = await run(peopleCommand(), 'unlink', 'bob@example.com', '--config', file);
  expect([exitCode, err]).toEqual([
    78,
    'keyturn: "bob@example.com" is not an account such as slack:T01/U01\n',
  ]);
});

it('says that no server runs, and exits with 69', async () => {
  const { file, keyturn } = await serving();
  await keyturn.stop();
  const { err, exitCode } = await run(peopleCommand(), 'link', 'bob', '--config', file);
  expect(exitCode).toBe(69);
  expect(err).toMatch(/^keyturn: no server runs over .*: start it, and try again\n$/);
});

it('the socket is for the user of the server alone, and knows no call but its own', async () => {
  const { folder } = await serving();
  const socket = join(folder, 'data', 'operator.sock');
  expect(statSync(socket).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'data')).mode & 0o077).toBe(0);
  const { callOperator } = await import('../../../bot/cli/call-operator.ts');
  const data = join(folder, 'data');
  for (const path of ['/v1/requests', '/people/approve', '/', '/people/link/x']) {
    expect(await callOperator(data, path, {})).toMatchObject({ ok: false, code: 'NOT_FOUND' });
  }
  expect(await callOperator(data, '/people/link', { person: 'bob', more: 'x' })).toMatchObject({
    code: 'INVALID',
  });
});
