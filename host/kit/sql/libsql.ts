// Db on one libsql (SQLite) file. One connection; transactions queue, and single statements wait for the transaction
// under way.

import { fail } from '../../../protocol/errors';
import { connectFile } from './sql-file';
import type { Db, SqlFile, SqlValue } from './types';

/** So much of the file is read without a system call: looking up a script is then twice as fast. */
const MAPPED_BYTES = 256 * 1024 * 1024;

/** Opens (creates) `path`, `:memory:` for none. Throws `db-open` naming the path. */
export function openLibsql(path: string): Db {
  let file: SqlFile;
  try {
    file = connectFile(path, `PRAGMA foreign_keys = ON; PRAGMA mmap_size = ${MAPPED_BYTES};`);
  } catch (error) {
    throw fail('db-open', `cannot open the database ${path}: ${(error as Error).message}`);
  }
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

  return {
    dialect: 'libsql',
    all: (sql, values = []) => inTurn(() => file.all(sql, ...values)),
    get: <T>(sql: string, values: SqlValue[] = []) => inTurn(() => file.one<T>(sql, ...values)),
    run: (sql, values = []) => inTurn(() => file.run(sql, ...values)),
    transaction: (work) =>
      inTurn(async () => {
        file.run('BEGIN IMMEDIATE');
        try {
          const result = await work(heldBy(file));
          file.run('COMMIT');
          return result;
        } catch (error) {
          file.run('ROLLBACK');
          throw error;
        }
      }),
    hold: async () => ({ isHeld: () => true, release: async () => undefined }),
    async close() {
      await turn;
      if (isClosed) return;
      isClosed = true;
      file.scrub(); // leaves one file that can be copied as it is
      file.close();
    },
  };
}

/** The database inside a transaction: the connection is held already. */
function heldBy(file: SqlFile): Db {
  return {
    dialect: 'libsql',
    all: async <T>(sql: string, values: SqlValue[] = []) => file.all<T>(sql, ...values),
    get: async <T>(sql: string, values: SqlValue[] = []) => file.one<T>(sql, ...values),
    run: async (sql, values = []) => file.run(sql, ...values),
    transaction: () => Promise.reject(fail('db-nested', 'transactions cannot be nested')),
    hold: () => Promise.reject(fail('db-nested', 'hold names outside of a transaction')),
    close: () => Promise.reject(fail('db-nested', 'close the database outside of a transaction')),
  };
}
