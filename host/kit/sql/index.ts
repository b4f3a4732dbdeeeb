// Opens the platform's database and brings its tables up to date.

import { openLibsql } from './libsql';
import { migrateDb } from './migrations';
import { openPostgres } from './postgres';
import type { Db, Migration } from './types';

export type { Db, Held, Migration, SqlValue } from './types';

/**
 * `place`: `postgres://…` (or `postgresql://…`), else the path of a libsql file or `:memory:`.
 * Throws `db-open`, or `db-newer` when a later release has already been at this database.
 */
export async function openDb(place: string, migrations: readonly Migration[]): Promise<Db> {
  const db = /^postgres(ql)?:\/\//.test(place) ? await openPostgres(place) : openLibsql(place);
  try {
    await migrateDb(db, migrations);
    return db;
  } catch (error) {
    await db.close();
    throw error;
  }
}
