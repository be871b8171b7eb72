import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import { stateOf, submit } from '../../connectors/api/world.ts';
import { startKeyturn } from '../../helpers/start-keyturn.ts';

it('what a version before wrote down as due, and is not, is looked at once and put right', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn);
  await keyturn.stop();
  const file = join(keyturn.dataDir, 'keyturn.db');
  const db = new Sqlite(file);
  db.prepare('UPDATE requests SET due_at = 1 WHERE id = ?').run(request.id);
  db.close();
  const again = await keyturn.restart();
  expect(await stateOf(again, request)).toBe('pending');
  expect((await again.get('bob', '/v1/requests')).status).toBe(200);
  await again.stop();
  const after = new Sqlite(file);
  const row = after.prepare('SELECT due_at FROM requests WHERE id = ?').get(request.id);
  after.close();
  expect(row).toEqual({ due_at: Date.parse(request.expires_at) });
});
