import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Client } from '../../bot/ports/rulebook.ts';
import type { Connector } from '../../connectors/source/connector.ts';
import { lookAfter } from '../../connectors/source/look-after.ts';
import { MINUTE, readLog, review, seeAndApprove, storyOf } from '../connectors/api/world.ts';
import { FakeClock } from '../helpers/fake-clock.ts';
import type { RulebookChanges } from '../helpers/rulebook.ts';
import { startKeyturn, type TestKeyturn } from '../helpers/start-keyturn.ts';
import { until } from '../helpers/until.ts';

/** What a source posts. */
interface Signed {
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** A source that a test can hold: a strict fake over real HTTP, and its connector. */
export interface SourceDriver {
  readonly connector: Connector;
  /** What ties the client `ci` to it. */
  readonly source: NonNullable<Client['source']>;
  /** What must be seen nowhere. */
  readonly secrets: readonly string[];
  /** A new thing waits there, and this is what the source posts of it. `owner`: of somebody whom no client names. */
  waits(name: string, of?: { readonly owner?: string; readonly author?: string }): Signed | Promise<Signed>;
  /** Its own people called it off; null where the source tells of it to nobody. */
  leaves(name: string): Signed | null | Promise<Signed | null>;
  /** What was released has succeeded there; null where the source tells of it to nobody. */
  ends(name: string): Signed | null | Promise<Signed | null>;
  /** Every word that the source took, in order. */
  words(): readonly { readonly name: string; readonly verdict: string }[];
  down(): Promise<void>;
  up(): Promise<void>;
}

const QUIET = { info: () => {}, warn: () => {}, error: () => {} };

/** Every promise of `Connector`, from signed bytes to the word that the source takes. */
export function behavesLikeAConnector(
  name: string,
  open: (now: () => number) => Promise<SourceDriver>,
  /** What `ci` may ask, where its source asks for more than a migration. */
  policyOf: RulebookChanges = {},
): void {
  const world = async (changes: RulebookChanges = {}) => {
    const clock = new FakeClock();
    const driver = await open(() => clock.wall());
    onTestFinished(() => driver.down());
    const policy = { source: driver.source, ...policyOf, ...changes };
    const keyturn = await startKeyturn(policy, { clock, ports: { connectors: [driver.connector] } });
    return { driver, keyturn, policy };
  };
  const post = (keyturn: TestKeyturn, signed: Signed | null) =>
    fetch(`${keyturn.url}/webhooks/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...signed?.headers },
      body: Buffer.from(signed?.body ?? []),
    });
  const only = async (keyturn: TestKeyturn) => {
    const { items } = (await keyturn.get('bob', '/v1/requests')).body;
    expect(items).toHaveLength(1);
    return items[0];
  };
  const held = async (keyturn: TestKeyturn, signed: Signed) => {
    const answer = await post(keyturn, signed);
    expect(answer.status, await answer.clone().text()).toBe(200);
    return only(keyturn);
  };
  /** A source with a deadline hears of us meanwhile. */
  const minutes = async ({ connector }: SourceDriver, keyturn: TestKeyturn, count: number) => {
    for (let one = 0; one < count; one += 1) {
      keyturn.clock.advance(MINUTE);
      await lookAfter(connector, keyturn.keyturn.context, QUIET);
    }
  };
  const wordsAre = (driver: SourceDriver, wanted: readonly string[]) =>
    expect
      .poll(() => driver.words().map(({ name: of, verdict }) => `${of} ${verdict}`), { timeout: 20_000 })
      .toEqual(wanted);
  const stateIs = (keyturn: TestKeyturn, { id }: { id: string }, state: string) =>
    until(async () => {
      const { body } = await keyturn.get('bob', `/v1/requests/${id}`);
      return body.state === state ? body : null;
    });

  describe(`${name}, as a connector`, () => {
    it('holds what waits there, and lets it go once it is approved', async () => {
      const { driver, keyturn } = await world();
      const request = await held(keyturn, await driver.waits('one'));
      expect(request).toMatchObject({ state: 'pending', requester: { id: 'ci', verified_by: 'hmac' } });
      expect(driver.words()).toEqual([]);
      await seeAndApprove(keyturn, 'bob', request);
      await wordsAre(driver, ['one approve']);
      const ended = await driver.ends('one');
      if (ended !== null) expect((await post(keyturn, ended)).status).toBe(200);
      await stateIs(keyturn, request, 'succeeded');
      expect(await storyOf(keyturn, request)).toEqual(
        expect.arrayContaining(['request.submitted', 'review.recorded', 'request.approved', 'grant.issued']),
      );
    });

    it('tells the source no when it is rejected', async () => {
      const { driver, keyturn } = await world();
      await review(keyturn, 'bob', await held(keyturn, await driver.waits('one')), 'reject', {
        // As long as a comment may be: longer than what a source takes.
        comment: 'no '.repeat(666),
      });
      await wordsAre(driver, ['one reject']);
    });

    it('tells the source no when nobody decides in time', async () => {
      const { driver, keyturn } = await world();
      const request = await held(keyturn, await driver.waits('one'));
      await minutes(driver, keyturn, 31);
      await wordsAre(driver, ['one reject']);
      await stateIs(keyturn, request, 'expired');
    });

    it('tells the source no at once when the policy denies it', async () => {
      const { driver, keyturn } = await world({ rules: [], default: { effect: 'deny' } });
      await post(keyturn, await driver.waits('one'));
      await wordsAre(driver, ['one reject']);
    });

    it('cancels what the source called off itself', async () => {
      const { driver, keyturn } = await world();
      const request = await held(keyturn, await driver.waits('one'));
      const left = await driver.leaves('one');
      if (left === null) return;
      expect((await post(keyturn, left)).status).toBe(200);
      await stateIs(keyturn, request, 'cancelled');
      expect((await seeAndApprove(keyturn, 'bob', request)).body.code).toBe('ALREADY_RESOLVED');
      expect(driver.words()).toEqual([]);
    });

    it('answers an approval that comes after the source let go with a failure, and not with a success', async () => {
      const { driver, keyturn } = await world();
      const request = await held(keyturn, await driver.waits('one'));
      // Called off there, and nothing of it arrived here.
      await driver.leaves('one');
      await seeAndApprove(keyturn, 'bob', request);
      await stateIs(keyturn, request, 'failed');
      expect(driver.words()).toEqual([]);
    });

    it('holds one thing once, however often it is delivered', async () => {
      const { driver, keyturn } = await world();
      const first = await driver.waits('one');
      const again = await driver.waits('one');
      await Promise.all([post(keyturn, first), post(keyturn, first), post(keyturn, again)]);
      const request = await only(keyturn);
      await seeAndApprove(keyturn, 'bob', request);
      await wordsAre(driver, ['one approve']);
      // A replay of the signed bytes, and of the same thing, when all is over.
      expect((await post(keyturn, first)).status).toBe(200);
      expect((await post(keyturn, again)).status).toBe(200);
      await only(keyturn);
      expect(driver.words()).toHaveLength(1);
    });

    it('takes nothing that is not signed, or signed over other bytes', async () => {
      const { driver, keyturn } = await world();
      const { body, headers } = await driver.waits('one');
      const changed = Buffer.concat([body, Buffer.from(' ')]);
      const isSignature = ([key]: [string, string]) => !/signature/.test(key);
      const bare = Object.fromEntries(Object.entries(headers).filter(isSignature));
      const empty = Object.fromEntries(
        Object.entries(headers).map((one) => (isSignature(one) ? one : [one[0], ''])),
      );
      for (const forged of [
        { body: changed, headers },
        { body, headers: bare },
        { body, headers: empty },
      ]) {
        expect((await post(keyturn, forged)).status).toBe(401);
      }
      expect((await keyturn.get('bob', '/v1/requests')).body.items).toEqual([]);
      const refused = (await readLog(keyturn)).filter(({ type }) => type === 'client.refused');
      expect(refused.map(({ data }) => data.call)).toContain(`webhook ${name}`);
    });

    it('refuses what is signed and cannot be read, by name of the field', async () => {
      const { driver, keyturn } = await world();
      const delivery = { body: Buffer.from('[1,'), header: () => undefined, at: keyturn.clock.wall() };
      expect(driver.connector.parse(delivery).kind).toBe('unreadable');
    });

    it('brings the word later where the source is down, also over a restart', async () => {
      const { driver, keyturn, policy } = await world();
      const request = await held(keyturn, await driver.waits('one'));
      await driver.down();
      await seeAndApprove(keyturn, 'bob', request);
      await stateIs(keyturn, request, 'executing');
      const again = await keyturn.restart(policy);
      await driver.up();
      again.clock.advance(MINUTE);
      await wordsAre(driver, ['one approve']);
      expect((await storyOf(again, request)).filter((type) => type === 'grant.issued')).toHaveLength(1);
    });

    it('holds nothing of somebody whom no client names, and tells the source so', async () => {
      const { driver, keyturn } = await world();
      const answer = await post(keyturn, await driver.waits('one', { owner: '999' }));
      expect(answer.status).toBe(403);
      expect((await keyturn.get('carol', '/v1/requests')).body.items).toEqual([]);
    });

    it('releases nothing once the policy knows its client no more', async () => {
      const { driver, keyturn, policy } = await world();
      const request = await held(keyturn, await driver.waits('one'));
      await keyturn.reload({ ...policy, source: null, version: '2' });
      await seeAndApprove(keyturn, 'bob', request);
      await minutes(driver, keyturn, 16);
      await stateIs(keyturn, request, 'lapsed');
      expect(driver.words().filter(({ verdict }) => verdict === 'approve')).toEqual([]);
    });

    it('gives none of its secrets away: not to the log, the API, the database or the source’s own words', async () => {
      const { driver, keyturn } = await world();
      const request = await held(keyturn, await driver.waits('one'));
      const seen = [
        ...(await readLog(keyturn)).map((entry) => JSON.stringify(entry)),
        (await keyturn.get('bob', `/v1/requests/${request.id}`)).text,
        (await keyturn.get('bob', `/v1/requests/${request.id}/payload`)).text,
        ...readdirSync(keyturn.dataDir)
          .filter((file) => file.startsWith('keyturn.db'))
          .map((file) => readFileSync(join(keyturn.dataDir, file), 'latin1')),
      ];
      for (const secret of driver.secrets) for (const text of seen) expect(text).not.toContain(secret);
    });

    it('finds by itself what waits there and was never delivered', async () => {
      const { driver, keyturn } = await world();
      if (driver.connector.reconcile === undefined) return;
      await driver.waits('one');
      await lookAfter(driver.connector, keyturn.keyturn.context, QUIET);
      await seeAndApprove(keyturn, 'bob', await only(keyturn));
      await wordsAre(driver, ['one approve']);
    });
  });
}
