// One SQL file (libsql, SQLite): WAL, every commit on disk. V and the website use it as it is; the platform's database
// puts its asynchronous face on it (libsql.ts).

import { chmodSync } from 'node:fs';
import Database from 'libsql';
import { fail } from '../../../protocol/errors';
import { migrateFile } from './migrations';
import type { Migration, SqlFile, SqlValue } from './types';

export type { Migration, SqlFile } from './types';

const PRAGMAS = 'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;';

/**
 * Opens (creates, for its owner only) `path` and brings its tables up to date; without `migrations` the tables stay as
 * they are. Overwritten rows are overwritten on disk too. Throws `sql-file` naming the path, `db-newer`.
 */
export function openSqlFile(path: string, migrations: readonly Migration[] = []): SqlFile {
  let file: SqlFile | undefined;
  try {
    file = connectFile(path, 'PRAGMA secure_delete = ON;');
    if (path !== ':memory:') chmodSync(path, 0o600);
    if (migrations.length > 0) migrateFile(file, migrations);
    return file;
  } catch (error) {
    file?.close();
    const { code, message } = error as { code?: string; message: string };
    throw code === 'db-newer' ? error : fail('sql-file', 'cannot open ' + path + ': ' + message);
  }
}

/** Opens (creates) `path`, `:memory:` for none. Throws what libsql throws. */
export function connectFile(path: string, pragmas: string): SqlFile {
  const db = new Database(path);
  db.exec(PRAGMAS + pragmas);
  const statements = new Map<string, Database.Statement<unknown[]>>();
  const statement = (sql: string): Database.Statement<unknown[]> => {
    let known = statements.get(sql);
    if (!known) statements.set(sql, (known = db.prepare(sql)));
    return known;
  };
  const all = <T>(sql: string, ...values: SqlValue[]): T[] => statement(sql).all(values) as T[];
  return {
    all,
    one: <T>(sql: string, ...values: SqlValue[]) => all<T>(sql, ...values)[0],
    run(sql, ...values) {
      if (values.length > 0 || /^\s*(insert|update|delete)/i.test(sql)) return statement(sql).run(values).changes;
      db.exec(sql);
      return 0;
    },
    transaction(work) {
      db.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        db.exec('COMMIT');
        return result;
      } catch (error) {
        db.exec('ROLLBACK');
        throw error;
      }
    },
    scrub: () => void db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all([]),
    close() {
      statements.clear();
      db.close();
    },
  };
}
