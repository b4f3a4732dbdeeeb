// One SQL file of a program that has it to itself (V, the website): synchronous, every statement on disk when it
// returns. The platform's own database, which may be PostgreSQL, is kit/sql.

import { chmodSync } from 'node:fs';
import Database from 'libsql';
import { fail } from '../../../protocol/errors';

export type SqlValue = string | number | null;

export interface SqlFile {
  /** Rows as plain objects. */
  all<T>(sql: string, ...values: SqlValue[]): T[];
  one<T>(sql: string, ...values: SqlValue[]): T | undefined;
  /** Rows changed. */
  run(sql: string, ...values: SqlValue[]): number;
  /** All or nothing. Not to be nested. */
  transaction<T>(work: () => T): T;
  /** Takes what was overwritten out of the write-ahead log too. */
  scrub(): void;
  close(): void;
}

/** Opens (creates, for its owner only) `path` and runs `schema`. Throws `sql-file` naming the path when it cannot. */
export function openSqlFile(path: string, schema: string): SqlFile {
  let db: Database.Database;
  try {
    db = new Database(path);
    db.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000; PRAGMA secure_delete = ON;',
    );
    db.exec(schema);
    if (path !== ':memory:') chmodSync(path, 0o600);
  } catch (error) {
    throw fail('sql-file', 'cannot open ' + path + ': ' + (error as Error).message);
  }
  const statements = new Map<string, Database.Statement<unknown[]>>();
  const statement = (sql: string) => {
    let known = statements.get(sql);
    if (!known) statements.set(sql, (known = db.prepare(sql)));
    return known;
  };
  const all = <T>(sql: string, ...values: SqlValue[]) => statement(sql).all(values) as T[];
  return {
    all,
    one: <T>(sql: string, ...values: SqlValue[]) => all<T>(sql, ...values)[0],
    run: (sql, ...values) => statement(sql).run(values).changes,
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
