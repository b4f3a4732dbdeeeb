// Db on one libsql (SQLite) file: WAL, every commit on disk. One connection; transactions queue, and single statements
// wait for the transaction under way.

import Database from 'libsql';
import { fail } from '../../../protocol/errors';
import type { Db, SqlValue } from './types';

/** Opens (creates) `path`, `:memory:` for none. Throws `db-open` naming the path. */
export function openLibsql(path: string): Db {
  let file: Database.Database;
  try {
    file = new Database(path);
    file.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON;',
    );
  } catch (error) {
    throw fail('db-open', `cannot open the database ${path}: ${(error as Error).message}`);
  }
  const statements = new Map<string, Database.Statement<unknown[]>>();
  let turn: Promise<unknown> = Promise.resolve();
  let isClosed = false;

  function inTurn<T>(work: () => T | Promise<T>): Promise<T> {
    const done = turn.then(() => {
      if (isClosed) throw fail('db-closed', 'the database is closed');
      return work();
    });
    turn = done.catch(() => undefined);
    return done;
  }

  function statement(sql: string): Database.Statement<unknown[]> {
    let known = statements.get(sql);
    if (!known) statements.set(sql, (known = file.prepare(sql)));
    return known;
  }

  const all = <T>(sql: string, values: SqlValue[]): T[] => statement(sql).all(values) as T[];
  const change = (sql: string, values: SqlValue[]): number =>
    values.length === 0 && !/^\s*(insert|update|delete)/i.test(sql)
      ? (file.exec(sql), 0)
      : statement(sql).run(values).changes;

  /** Inside a transaction: the connection is held already. */
  const held: Db = {
    dialect: 'libsql',
    all: async <T>(sql: string, values: SqlValue[] = []) => all<T>(sql, values),
    get: async <T>(sql: string, values: SqlValue[] = []) => all<T>(sql, values)[0],
    run: async (sql, values = []) => change(sql, values),
    transaction: () => Promise.reject(fail('db-nested', 'transactions cannot be nested')),
    close: () => Promise.reject(fail('db-nested', 'close the database outside of a transaction')),
  };

  return {
    dialect: 'libsql',
    all: (sql, values = []) => inTurn(() => all(sql, values)),
    get: <T>(sql: string, values: SqlValue[] = []) => inTurn(() => all<T>(sql, values)[0]),
    run: (sql, values = []) => inTurn(() => change(sql, values)),
    transaction: (work) =>
      inTurn(async () => {
        file.exec('BEGIN IMMEDIATE');
        try {
          const result = await work(held);
          file.exec('COMMIT');
          return result;
        } catch (error) {
          file.exec('ROLLBACK');
          throw error;
        }
      }),
    async close() {
      await turn;
      if (isClosed) return;
      isClosed = true;
      statements.clear();
      file.exec('PRAGMA wal_checkpoint(TRUNCATE)'); // leaves one file that can be copied as it is
      file.close();
    },
  };
}
