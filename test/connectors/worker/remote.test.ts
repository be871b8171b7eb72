import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { SOFTWARE } from '../../../bot/software.ts';
import { startWorker } from '../../../bot/start-worker.ts';
import { aVisitor, seenBy } from '../../bot/room/visitor.ts';
import { checkAgreement } from '../../fault/agreement.ts';
import { isOnPath, skipUnless } from '../../helpers/require.ts';
import { until } from '../../helpers/until.ts';
import { submitApproved, untilState } from '../../queue/runs/world.ts';
import { readLog } from '../api/world.ts';
import { between, startRemote } from './remote-world.ts';

beforeEach((context) => skipUnless(context, 'redis', isOnPath('redis-server')));

describe('keyturn worker', () => {
  it('runs what asks for its labels with its own environment, and brings output without secrets home', async () => {
    const world = await startRemote({ after: 'echo "to $2 with $PASSWORD and sesame-open"; seq 1 20000' });
    const { keyturn } = world;
    await world.worker('us');
    const { id } = await submitApproved(keyturn, { version: '42', secret: 'sesame-open' });
    // Nobody who may run it is there yet.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect((await keyturn.get('bob', `/v1/requests/${id}`)).body.state).toBe('approved');
    const worker = await world.worker('eu-1');
    const ended = await untilState(keyturn, id, 'succeeded');
    expect(ended.execution).toMatchObject({ worker: 'eu-1', attempt: 1 });
    expect(world.effectsOf(id)).toEqual([`${id} 1`]);
    const file = readFileSync(join(keyturn.dataDir, 'outputs', `${id}-1.log`), 'utf8');
    expect(file.startsWith('to 42 with [hidden] and [hidden]\n1\n2\n')).toBe(true);
    expect(file.endsWith('19999\n20000\n')).toBe(true);
    const entry = (await readLog(keyturn)).find(({ type }) => type === 'execution.output');
    expect(entry?.data).toMatchObject({
      sha256: createHash('sha256').update(file).digest('hex'),
      is_cut: false,
      bytes: Buffer.byteLength(file),
    });
    worker.child.kill('SIGTERM');
    expect((await worker.ended).code).toBe(0);
    expect(worker.stderr).not.toMatch(/the-password-of-prod|sesame-open|ktw_/);
  });

  it('tells how it goes in the room while it runs, and hides a secret there that comes in two pieces', async () => {
    const world = await startRemote({
      after: 'printf "copying\\nwith the-password"; sleep 3; printf -- "-of-prod: 12 of 40\\n"; sleep 60',
    });
    await world.worker('eu-1');
    const { id } = await submitApproved(world.keyturn);
    const bob = await aVisitor(world.keyturn, 'bob', 'token');
    const shows = (what: RegExp) =>
      until(async () => {
        const seen = await seenBy(world.keyturn, bob);
        expect(seen).not.toContain('the-password');
        return what.test(seen) ? seen : null;
      });
    await shows(/ on .*eu-1.* at .*UTC/);
    world.skip(10_000);
    await shows(/Running for 1\ds.*\{"untrusted":"with"\}/);
    // The rest of the line is printed by now: the next look is the last for a quarter of a minute.
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    world.skip(15_000);
    const seen = await shows(/Running for [23]\ds.*"with \[hidden\]: 12 of 40"/);
    expect(seen.match(/Started by Keyturn/g)).toHaveLength(1);
    await world.keyturn.post('bob', `/v1/requests/${id}/stop`, { comment: 'seen enough' });
    await untilState(world.keyturn, id, 'failed');
    expect(await shows(/It ran for/)).not.toContain('Running for');
  }, 40_000);

  it('is killed in the middle: another one takes over past its lease, and the log tells of both', async () => {
    const world = await startRemote({ after: '[ "$KEYTURN_ATTEMPT" = 1 ] && exec sleep 30; exit 0' });
    const first = await world.worker('eu-1');
    const { id } = await submitApproved(world.keyturn);
    await until(() => (world.effectsOf(id).length === 1 ? true : null));
    first.child.kill('SIGKILL');
    await world.worker('eu-2');
    world.skipLease();
    const ended = await untilState(world.keyturn, id, 'succeeded');
    expect(ended.execution).toMatchObject({ worker: 'eu-2', attempt: 2 });
    await world.keyturn.stop();
    const types = checkAgreement(join(world.keyturn.dataDir, 'keyturn.db')).typesOf(id);
    expect(types.filter((type) => type === 'execution.started')).toHaveLength(2);
  });

  it('is killed in the middle of what may run once: nobody takes over, and a person is asked', async () => {
    const world = await startRemote({ kind: 'once', after: 'exec sleep 30' });
    const first = await world.worker('eu-1');
    const { id } = await submitApproved(world.keyturn);
    await until(() => (world.effectsOf(id).length === 1 ? true : null));
    first.child.kill('SIGKILL');
    await world.worker('eu-2');
    world.skipLease();
    await untilState(world.keyturn, id, 'unknown');
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(world.effectsOf(id)).toEqual([`${id} 1`]);
  });

  it('is frozen past its lease and wakes up: what it says then is evidence, and changes nothing', async () => {
    const world = await startRemote({ after: '[ "$KEYTURN_ATTEMPT" = 1 ] && sleep 2; exit 0' });
    const first = await world.worker('eu-1');
    const { id } = await submitApproved(world.keyturn);
    await until(() => (world.effectsOf(id).length === 1 ? true : null));
    first.child.kill('SIGSTOP');
    world.skipLease();
    await world.worker('eu-2');
    await untilState(world.keyturn, id, 'succeeded');
    first.child.kill('SIGCONT');
    const late = await until(async () => {
      const log = await readLog(world.keyturn);
      return log.find(({ type }) => type === 'execution.late_report') ?? null;
    });
    expect(late.actor.worker).toBe('eu-1');
    const { body } = await world.keyturn.get('bob', `/v1/requests/${id}`);
    expect([body.state, body.execution.worker]).toEqual(['succeeded', 'eu-2']);
  });

  it('ends what somebody stops, and says so', async () => {
    const world = await startRemote({ kind: 'once', after: 'sleep 60' });
    await world.worker('eu-1');
    const { id } = await submitApproved(world.keyturn);
    await until(() => (world.effectsOf(id).length === 1 ? true : null));
    await world.keyturn.post('bob', `/v1/requests/${id}/stop`, { comment: 'wrong window' });
    const ended = await untilState(world.keyturn, id, 'failed');
    expect(ended.execution.outcome.detail).toContain('stopped');
  });

  it('goes on while the bot does not answer, and loses no outcome', async () => {
    let isAway = false;
    const world = await startRemote({ kind: 'once', after: 'sleep 1; echo done' });
    const url = await between(world.keyturn.url, (_path, body) => (isAway ? null : body));
    await world.worker('eu-1', { url });
    const { id } = await submitApproved(world.keyturn);
    await until(() => (world.effectsOf(id).length === 1 ? true : null));
    isAway = true;
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    isAway = false;
    await untilState(world.keyturn, id, 'succeeded');
    expect(world.effectsOf(id)).toEqual([`${id} 1`]);
    const types = (await readLog(world.keyturn)).map(({ type }) => type);
    expect(types.filter((type) => type === 'execution.late_report')).toEqual([]);
  });

  it('whose claim was answered, and the answer lost, runs it all the same, once', async () => {
    let lost = 0;
    const world = await startRemote({ kind: 'once' });
    const url = await between(world.keyturn.url, (path, body) => {
      if (!path.endsWith('/claim') || lost > 0) return body;
      lost += 1;
      return null;
    });
    await world.worker('eu-1', { url });
    const { id } = await submitApproved(world.keyturn);
    await untilState(world.keyturn, id, 'succeeded');
    expect([lost, world.effectsOf(id)]).toEqual([1, [`${id} 1`]]);
  });
});

describe('row 1: an answer that somebody changed on its way to the worker', () => {
  type Claim = Record<string, unknown> & { action_text: string; settings: { command: { argv: string[] } } };

  it.each<[string, string, (claim: Claim) => object]>([
    [
      'another payload',
      'its payload is not what was approved',
      (claim) => ({ ...claim, action_text: claim.action_text.replace('"42"', '"43"') }),
    ],
    [
      'another program',
      'its executor is not what was approved',
      ({ settings, ...claim }) => ({
        ...claim,
        settings: { ...settings, command: { ...settings.command, argv: ['/bin/touch', '/tmp/stolen'] } },
      }),
    ],
    [
      'a grant that nobody signed',
      'its grant is not signed by the bot',
      (claim) => {
        const { payload, ...rest } = claim['grant'] as { payload: string };
        const grant = JSON.parse(Buffer.from(payload, 'base64').toString());
        grant.expires_at = '2199-01-01T00:00:00.000Z';
        return {
          ...claim,
          grant: { ...rest, payload: Buffer.from(JSON.stringify(grant)).toString('base64') },
        };
      },
    ],
  ])('%s: it is not run, and the log says why', async (_what, why, change) => {
    const world = await startRemote({ kind: 'once' });
    const url = await between(world.keyturn.url, (path, body) =>
      path.endsWith('/claim') ? JSON.stringify(change(JSON.parse(body) as Claim)) : body,
    );
    await world.worker('eu-1', { url });
    const { id } = await submitApproved(world.keyturn, { version: '42' });
    const ended = await untilState(world.keyturn, id, 'failed');
    expect(ended.execution.outcome.detail).toBe(`not run: ${why}`);
    expect(world.effectsOf(id)).toEqual([]);
  });

  it('the answer of an earlier claim, in the place of the new one: it is not run', async () => {
    let earlier: string | null = null;
    const world = await startRemote({ kind: 'once' });
    const url = await between(world.keyturn.url, (path, body) => {
      if (!path.endsWith('/claim')) return body;
      earlier ??= body;
      return earlier;
    });
    await world.worker('eu-1', { url });
    const one = await submitApproved(world.keyturn, { version: '1' });
    await untilState(world.keyturn, one.id, 'succeeded');
    const two = await submitApproved(world.keyturn, { version: '2' });
    const ended = await untilState(world.keyturn, two.id, 'failed');
    expect(ended.execution.outcome.detail).toBe('not run: its grant is for another request');
    expect([world.effectsOf(one.id).length, world.effectsOf(two.id).length]).toEqual([1, 0]);
  });
});

describe('a worker that cannot work', () => {
  it('of another version than the bot takes nothing, and hears which two they are', async () => {
    const { keyturn, workerEnv } = await startRemote();
    const { KEYTURN_TOKEN: token, REDIS_URL: redisUrl, KEYTURN_GRANT_PUB: keyFile } = workerEnv('eu-1');
    const why: string[] = [];
    const outputDir = keyturn.dataDir;
    const worker = startWorker(
      {
        ...{ url: keyturn.url, token, redisUrl, publicKey: readFileSync(keyFile, 'utf8'), keyFile },
        ...{ most: 1, drainMs: 0, env: {}, outputDir },
      },
      {
        logger: { info() {}, warn() {}, error() {} },
        onTurnedAway: (reason) => why.push(reason),
        software: 'keyturn/9.9.9',
      },
    );
    onTestFinished(() => worker.stop());
    await until(() => why[0] ?? null);
    expect(why).toEqual([`this worker is keyturn/9.9.9, and the bot is ${SOFTWARE}: both must be the same`]);
    const { id } = await submitApproved(keyturn);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect((await keyturn.get('bob', `/v1/requests/${id}`)).body.state).toBe('approved');
  });

  it('ends with 78 and says why: a token of nobody’s, no key, no token of a worker’s', async () => {
    const world = await startRemote();
    const { folder, workerEnv, keyturn } = world;
    const runs: readonly [RegExp, ReturnType<typeof workerEnv>][] = [
      [
        /does not know this token/,
        { ...workerEnv('eu-1'), KEYTURN_TOKEN: 'ktw_of_nobody_at_all_0123456789' },
      ],
      [/KEYTURN_GRANT_PUB .* must name/, { ...workerEnv('eu-1'), KEYTURN_GRANT_PUB: '' }],
      [/must hold a worker's token/, { ...workerEnv('eu-1'), KEYTURN_TOKEN: 'ktc_of_an_agent_0123456789' }],
      [
        /private key/,
        { ...workerEnv('eu-1'), KEYTURN_GRANT_PUB: join(keyturn.dataDir, '../keys/grant.pem') },
      ],
      [/Only https leaves this machine/, { ...workerEnv('eu-1'), KEYTURN_URL: 'http://keyturn.example' }],
    ];
    for (const [why, env] of runs) {
      const { code, stderr } = await folder.keyturn(['worker'], env).ended;
      expect([code, stderr]).toEqual([78, expect.stringMatching(why)]);
      expect(stderr).not.toContain(env.KEYTURN_TOKEN);
    }
  });
});
