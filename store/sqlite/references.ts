import type { Database } from 'better-sqlite3';
import type { KnownReferences, Reference, References } from '../../bot/ports/references.ts';

export function referencesIn(db: Database): References & KnownReferences {
  const get = db.prepare<[string, string], Reference>(
    'SELECT service, conversation FROM face_references WHERE face = ? AND subject = ?',
  );
  const put = db.prepare(
    'INSERT OR REPLACE INTO face_references (face, subject, service, conversation, at) VALUES (?, ?, ?, ?, ?)',
  );
  return {
    reference: (face, subject) => get.get(face, subject) ?? null,
    putReference: (face, subject, { service, conversation }, at) =>
      void put.run(face, subject, service, conversation, at),
  };
}
