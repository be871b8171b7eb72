import { expect, it } from 'vitest';
import { HOUR, readLog } from '../connectors/api/world.ts';
import { SOURCES, type SourceWorld, sourceWorld } from './source-worlds.ts';

type Signed = Awaited<ReturnType<SourceWorld['driver']['waits']>>;

const signature = ([name]: readonly [string, string]) => /signature/.test(name);

/** What somebody without the secret can make of a genuine delivery. */
function forgeries({ body, headers }: Signed): readonly (readonly [string, Signed])[] {
  const all = Object.entries(headers);
  const changed = (change: (text: string) => string) =>
    Object.fromEntries(all.map(([name, text]) => [name, signature([name, text]) ? change(text) : text]));
  return [
    ['unsigned', { body, headers: Object.fromEntries(all.filter((one) => !signature(one))) }],
    ['an empty signature', { body, headers: changed(() => '') }],
    [
      'another signature',
      { body, headers: changed((text) => text.replace(/.$/, (last) => (last === '0' ? '1' : '0'))) },
    ],
    ['a signature that is cut', { body, headers: changed((text) => text.slice(0, -2)) }],
    [
      'the same JSON, written anew',
      { body: Buffer.from(`${JSON.stringify(JSON.parse(Buffer.from(body).toString()))} `), headers },
    ],
    ['one byte more', { body: Buffer.concat([body, Buffer.from(' ')]), headers }],
  ];
}

it.each(SOURCES)(
  'row 8: a forged delivery of %s is refused, put on record, and holds nothing',
  async (name) => {
    const { driver, keyturn, post } = await sourceWorld(name);
    const genuine = await driver.waits('one');
    for (const [what, forged] of forgeries(genuine)) {
      expect([what, (await post(forged)).status]).toEqual([what, 401]);
    }
    expect((await keyturn.get('carol', '/v1/requests')).body.items).toEqual([]);
    const refused = (await readLog(keyturn)).filter(({ type }) => type === 'client.refused');
    expect(refused.length).toBeGreaterThan(0);
  },
);

it.each(SOURCES)(
  'row 8: a delivery of %s that is played again changes nothing, at once and much later',
  async (name) => {
    const { driver, keyturn, post } = await sourceWorld(name);
    const genuine = await driver.waits('one');
    await post(genuine);
    const before = (await keyturn.get('bob', '/v1/requests')).body.items;
    await Promise.all([post(genuine), post(genuine)]);
    keyturn.clock.advance(3 * HOUR);
    await post(genuine);
    const after = (await keyturn.get('bob', '/v1/requests')).body.items;
    expect(after.map(({ id }: { id: string }) => id)).toEqual(before.map(({ id }: { id: string }) => id));
    expect(driver.words().filter(({ verdict }) => verdict === 'approve')).toEqual([]);
  },
);
