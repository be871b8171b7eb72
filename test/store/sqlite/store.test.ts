import { expect, it } from 'vitest';
import { behavesLikeAnOutbox } from '../../conformance/outbox.ts';
import { behavesLikeAStore } from '../../conformance/store.ts';
import { storePlace } from './a-store.ts';

behavesLikeAStore('SQLite', storePlace);
behavesLikeAnOutbox('SQLite', () => storePlace().open());

it('closes while somebody reads beside it, without waiting for them', async () => {
  const place = storePlace();
  const store = place.open();
  await store.transact((tx) => void tx.append({ type: 'log.stopped' }, { kind: 'keyturn' }, 0, null));
  const { openReadOnly } = await import('../../../store/sqlite/open.ts');
  const reader = openReadOnly(place.file);
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM entries').get();
  const started = performance.now();
  store.close();
  expect(performance.now() - started).toBeLessThan(2_000);
  reader.close();
  expect(place.open().committed.lastSeq()).toBe(0);
});
