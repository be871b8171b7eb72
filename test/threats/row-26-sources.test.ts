import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openSealer } from '../../store/keys/sealer.ts';
import { SOURCES, sourceWorld } from './source-worlds.ts';

it.each(SOURCES)(
  'row 26: a copy of the database gives away nothing that %s trusted us with',
  async (name) => {
    const { driver, keyturn, post } = await sourceWorld(name);
    await post(await driver.waits('one'));
    const copy = mkdtempSync(join(tmpdir(), 'keyturn-copy-'));
    onTestFinished(() => rmSync(copy, { recursive: true, force: true }));
    for (const file of readdirSync(keyturn.dataDir).filter((one) => one.startsWith('keyturn.db'))) {
      copyFileSync(join(keyturn.dataDir, file), join(copy, file));
      const bytes = readFileSync(join(copy, file), 'latin1');
      for (const secret of driver.secrets) expect(bytes).not.toContain(secret);
    }
    const [held] = keyturn.keyturn.context.store.committed.stillHeld(name, 10);
    if (held?.sealed == null) throw new Error('nothing is sealed');
    const about = `${held.connector} ${held.subject}`;
    // With the key directory it opens, for this thing alone; with another one it does not.
    expect(openSealer(join(keyturn.dataDir, '../keys')).open(held.sealed, about)).toContain('secrets');
    expect(openSealer(join(keyturn.dataDir, '../keys')).open(held.sealed, `${about} too`)).toBeNull();
    expect(openSealer(copy).open(held.sealed, about)).toBeNull();
    const changed = Buffer.from(held.sealed);
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    expect(openSealer(join(keyturn.dataDir, '../keys')).open(changed, about)).toBeNull();
  },
);

it.each(SOURCES)('row 26: what %s trusted us with is gone once the thing is over', async (name) => {
  const { driver, keyturn, post } = await sourceWorld(name, { rules: [], default: { effect: 'deny' } });
  await post(await driver.waits('one'));
  await expect.poll(() => driver.words()).toEqual([{ name: 'one', verdict: 'reject' }]);
  const { committed } = keyturn.keyturn.context.store;
  await expect
    .poll(() => committed.heldUnder(name, '').map(({ status, sealed }) => [status, sealed]))
    .toEqual([['over', null]]);
});
