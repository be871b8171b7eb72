import { describe, expect, it } from 'vitest';
import { KeyturnFault } from '../../../bot/core/fault.ts';
import { GROUPS, plan, RULES, rule, TWO_KEYS } from '../../helpers/rulebook.ts';
import { startKeyturn } from '../../helpers/start-keyturn.ts';
import {
  anApproved,
  anExecuting,
  consume,
  expectProblem,
  MINUTE,
  post,
  readLog,
  report,
  seeAndApprove,
  stateOf,
  storyOf,
  submit,
} from './world.ts';

const V2 = { version: '2' };
const version = (digit: string) => `sha256:${digit.padStart(64, '0')}`;

/** Runs the work to its end, and then fails as a commit does. */
function failAfter(work: (tx: never) => unknown, tx: never, cause: Error): never {
  work(tx);
  throw cause;
}

describe('a reload', () => {
  it('is an entry that names the policy before it, and every request says which one it was judged by', async () => {
    const keyturn = await startKeyturn();
    const before = await submit(keyturn);
    await keyturn.reload(V2);
    const after = await submit(keyturn, { payload: { n: 2 } });
    const loaded = (await readLog(keyturn)).filter(({ type }) => type === 'policy.loaded');
    expect(loaded.map(({ data }) => data)).toEqual([
      { version: version('1'), previous: null },
      { version: version('2'), previous: version('1') },
    ]);
    const policyOf = async ({ id }: { id: string }) =>
      (await keyturn.get('bob', `/v1/requests/${id}`)).body.policy.version;
    expect([before.policy, await policyOf(before), await policyOf(after)]).toEqual([
      undefined,
      version('2'),
      version('2'),
    ]);
    expect(await storyOf(keyturn, before)).toEqual(['request.submitted', 'request.reevaluated']);
  });

  it('adds seats, drops votes, denies and revokes, without a restart', async () => {
    const keyturn = await startKeyturn();
    const pending = await submit(keyturn, { payload: { n: 1 } });
    const half = await submit(keyturn, { action: 'db.export' });
    await seeAndApprove(keyturn, 'bob', half);
    const approved = await anApproved(keyturn, { payload: { n: 2 } });
    const dropped = await submit(keyturn, { action: 'db.wipe' });
    await keyturn.reload({
      ...V2,
      groups: { ...GROUPS, dba: ['alice', 'dora'] },
      rules: [
        ...RULES,
        rule('more', { match: { action: ['db.migrate'] }, plan: TWO_KEYS }),
        rule('no', { match: { action: ['db.wipe'] }, effect: 'deny' }),
      ],
    });
    const waiting = async ({ id }: { id: string }) =>
      (await keyturn.get('carol', `/v1/requests/${id}`)).body.waiting_for;
    expect(await waiting(pending)).toEqual(['dba 0/1', 'security 0/1']);
    expect(await waiting(half)).toEqual(['dba 0/1', 'security 0/1']);
    expect(await stateOf(keyturn, approved)).toBe('revoked');
    expect(await stateOf(keyturn, dropped)).toBe('denied');
  });

  it('gives back nothing that a policy in between took, also when the first one returns', async () => {
    const keyturn = await startKeyturn();
    const request = await submit(keyturn);
    await seeAndApprove(keyturn, 'eve', request);
    await keyturn.reload({ ...V2, groups: { ...GROUPS, dba: ['alice', 'dora'] } });
    await keyturn.reload({
      version: '3',
      rules: [rule('slow', { plan: plan('p', [['dba', 1]], { expiresAfterMs: 5 * MINUTE }) })],
    });
    await keyturn.reload({ version: '1' });
    expectProblem(await seeAndApprove(keyturn, 'bob', request), 'NOT_ELIGIBLE');
    keyturn.clock.advance(5 * MINUTE);
    expect(await stateOf(keyturn, request)).toBe('expired');
  });

  it('lets an executing action end, and its requester report it', async () => {
    const keyturn = await startKeyturn();
    const running = await anExecuting(keyturn);
    await keyturn.reload({ ...V2, rules: [rule('no', { effect: 'deny' })] });
    expect((await report(keyturn, running)).body).toMatchObject({ state: 'succeeded' });
  });

  it('wakes whoever waits for a request that it decides', async () => {
    const keyturn = await startKeyturn();
    const request = await submit(keyturn);
    const wait = keyturn.get('agent', `/v1/requests/${request.id}?wait=20`);
    await keyturn.reload({ ...V2, rules: [rule('no', { effect: 'deny', tell: 'not any more' })] });
    expect((await wait).body).toMatchObject({ state: 'denied', tell: 'not any more' });
  });

  it('shortens a deadline that is then past at once', async () => {
    const keyturn = await startKeyturn();
    const request = await submit(keyturn);
    keyturn.clock.advance(10 * MINUTE);
    const hasty = plan('hasty', [['dba', 1]], { expiresAfterMs: 5 * MINUTE });
    await keyturn.reload({ ...V2, rules: [rule('hasty', { plan: hasty })] });
    expect(await storyOf(keyturn, request)).toEqual([
      'request.submitted',
      'request.reevaluated',
      'request.expired',
    ]);
  });
});

describe('a file that is not taken', () => {
  it('is refused whole, with its problems on record, and changes nothing', async () => {
    const keyturn = await startKeyturn();
    const request = await submit(keyturn);
    const outcome = await keyturn.keyturn.reload(() => {
      throw new KeyturnFault(
        'CONFIG_INVALID',
        'keyturn.yaml:3: rules[0].plan: there is no plan "x"\nkeyturn.yaml:9: groups: is missing',
      );
    });
    expect(outcome).toBe('refused');
    const refused = (await readLog(keyturn)).find(({ type }) => type === 'policy.refused');
    expect(refused).toMatchObject({
      actor: { kind: 'keyturn' },
      data: { in_force: version('1'), problems: 2 },
      d: { problems: expect.any(String) },
    });
    expect(JSON.stringify(refused)).not.toContain('there is no plan');
    expect((await seeAndApprove(keyturn, 'bob', request)).body).toMatchObject({ state: 'approved' });
    expect((await consume(keyturn, request)).status).toBe(200);
  });

  it('is refused by name where it changes what a running process holds on to', async () => {
    const keyturn = await startKeyturn({}, { fixed: { listen: { port: 3000 }, data_dir: './data' } });
    const outcome = await keyturn.keyturn.reload(() => ({
      fixed: {
        sections: { listen: { port: 3001 }, data_dir: './elsewhere' },
        say: (path) => `${path.join('.')} cannot change`,
      },
      people: [],
      compile: () => {
        throw new Error('a file that is refused must not be compiled');
      },
    }));
    expect(outcome).toBe('refused');
    expect(keyturn.keyturn.context.store.committed.policyInForce()).toBe(version('1'));
    const refused = (await readLog(keyturn)).find(({ type }) => type === 'policy.refused');
    const texts = keyturn.keyturn.context.store.committed.textsOf(refused?.seq ?? 0);
    expect(texts['problems']).toBe('data_dir cannot change\nlisten.port cannot change');
  });

  it('stays refused for what fails while it is read, and the next one is taken', async () => {
    const keyturn = await startKeyturn();
    const failing = keyturn.keyturn.reload(() => {
      throw new Error('the disk is on fire');
    });
    const next = keyturn.reload(V2);
    await expect(failing).rejects.toThrow('the disk is on fire');
    await next;
    expect(keyturn.keyturn.context.rulebook.policy.version).toBe(version('2'));
  });

  it('leaves the policy before it in force where it could not be put on record', async () => {
    const keyturn = await startKeyturn();
    const { context } = keyturn.keyturn;
    const { transact } = context.store;
    const broken = new Error('the commit failed');
    // The whole work ran, and then the disk refused it.
    Object.assign(context.store, {
      transact: (work: (tx: never) => never) =>
        transact.call(context.store, (tx): never => failAfter(work, tx as never, broken)),
    });
    await expect(keyturn.reload(V2)).rejects.toThrow('the commit failed');
    Object.assign(context.store, { transact });
    expect(context.rulebook.policy.version).toBe(version('1'));
    expect(context.store.committed.policyInForce()).toBe(version('1'));
    expect((await post(keyturn, 'agent')).status).toBe(201);
    await keyturn.reload(V2);
    expect(context.rulebook.policy.version).toBe(version('2'));
  });
});
