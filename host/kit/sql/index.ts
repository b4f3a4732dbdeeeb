// Opens the platform's database and brings its tables up to date.

import { fail } from '../../../protocol/errors';
import { openLibsql } from './libsql';
import { openPostgres } from './postgres';
import { MIGRATIONS } from '../../api/schema';
import type { Db, Migration } from './types';

export type { Db, Migration, SqlValue } from './types';

const SERIAL = { libsql: 'INTEGER PRIMARY KEY AUTOINCREMENT', postgres: 'BIGSERIAL PRIMARY KEY' };

/**
 * `place`: `postgres://…` (or `postgresql://…`), else the path of a libsql file or `:memory:`.
 * Throws `db-open`, or `db-newer` when a later release has already been at this database.
 */
export async function openDb(place: string, migrations: Migration[] = MIGRATIONS): Promise<Db> {
  const db = /^postgres(ql)?:\/\//.test(place) ? await openPostgres(place) : openLibsql(place);
  try {
    await migrate(db, migrations);
    return db;
  } catch (error) {
    await db.close();
    throw error;
  }
}

/** Runs the steps that are missing, each whole or not at all. */
async function migrate(db: Db, migrations: Migration[]): Promise<void> {
  const newest = migrations[migrations.length - 1].version;
  await db.transaction(async (tx) => {
    await tx.run('CREATE TABLE IF NOT EXISTS schema_versions (version BIGINT PRIMARY KEY)');
  }, true);
  for (const { version, statements } of migrations) {
    await db.transaction(async (tx) => {
      const present =
        (await tx.get<{ version: number | null }>('SELECT MAX(version) AS version FROM schema_versions'))?.version ?? 0;
      if (present > newest)
        throw fail(
          'db-newer',
          `the database has version ${present}, this program knows ${newest}: use the newer program`,
        );
      if (present >= version) return;
      for (const statement of statements) await tx.run(statement.replaceAll('{serial}', SERIAL[tx.dialect]));
      await tx.run('INSERT INTO schema_versions (version) VALUES (?)', [version]);
    }, true);
  }
}
