// Db on PostgreSQL: a pool of connections, serializable transactions. One that meets a conflict is repeated, and
// repetitions take turns, so that many at once get through instead of failing each other.

import pg from 'pg';
import { fail } from '../../../protocol/errors';
import type { Db, SqlValue } from './types';

/** How often one transaction is tried before its conflict is handed on. */
export const MAX_TRIES = 12;
/** Any number of our own: held by a transaction that is repeated or has to be alone. */
const TURN_LOCK = 1722917230;
const SERIALIZATION_FAILURE = '40001';
const DEADLOCK = '40P01';
const INT8_OID = 20;
const NUMERIC_OID = 1700;

/** `?` becomes `$1`, `$2`, ... ; our SQL has no question mark inside quotes. */
export function numberedSql(sql: string): string {
  let n = 0;
  return sql.replace(/\?/g, () => '$' + ++n);
}

const types = {
  getTypeParser: (oid: number, format?: string) =>
    oid === INT8_OID || oid === NUMERIC_OID ? Number : pg.types.getTypeParser(oid, format as 'text'),
};

type Queryable = Pick<pg.ClientBase, 'query'>;

function rowsOf(client: Queryable): Pick<Db, 'all' | 'get' | 'run'> {
  const query = (sql: string, values: SqlValue[]): Promise<pg.QueryResult> =>
    client.query({ text: numberedSql(sql), values, types });
  return {
    all: async <T>(sql: string, values: SqlValue[] = []) => (await query(sql, values)).rows as T[],
    get: async <T>(sql: string, values: SqlValue[] = []) => (await query(sql, values)).rows[0] as T | undefined,
    run: async (sql, values = []) => (await query(sql, values)).rowCount ?? 0,
  };
}

const isConflict = (error: unknown): boolean => {
  const { code } = error as { code?: string };
  return code === SERIALIZATION_FAILURE || code === DEADLOCK;
};

class PostgresDb implements Db {
  readonly dialect = 'postgres';
  private readonly rows = rowsOf(this.pool);
  readonly all = this.rows.all;
  readonly get = this.rows.get;
  readonly run = this.rows.run;

  constructor(private readonly pool: pg.Pool) {}

  /** Tries a transaction once. inTurn: nobody else's repetition runs beside it. */
  private async once<T>(work: (tx: Db) => Promise<T>, inTurn: boolean): Promise<T> {
    const client = await this.pool.connect();
    const unlock = async (): Promise<void> =>
      void (inTurn && (await client.query('SELECT pg_advisory_unlock($1)', [TURN_LOCK])));
    try {
      if (inTurn) await client.query('SELECT pg_advisory_lock($1)', [TURN_LOCK]);
      await client.query('BEGIN ISOLATION LEVEL SERIALIZABLE');
      const result = await work({
        dialect: 'postgres',
        ...rowsOf(client),
        transaction: () => Promise.reject(fail('db-nested', 'transactions cannot be nested')),
        close: () => Promise.reject(fail('db-nested', 'close the database outside of a transaction')),
      });
      await client.query('COMMIT');
      await unlock();
      client.release();
      return result;
    } catch (error) {
      await client
        .query('ROLLBACK')
        .then(unlock)
        .then(
          () => client.release(),
          () => client.release(true),
        );
      throw error;
    }
  }

  async transaction<T>(work: (tx: Db) => Promise<T>, isAlone = false): Promise<T> {
    for (let tried = 1; ; tried++) {
      try {
        return await this.once(work, isAlone || tried > 1);
      } catch (error) {
        if (!isConflict(error) || tried >= MAX_TRIES) throw error;
      }
    }
  }

  async close(): Promise<void> {
    if (!this.pool.ending) await this.pool.end();
  }
}

/** Opens a pool on `url` (`postgres://user:password@host/database`). Throws `db-open` without the password. */
export async function openPostgres(url: string): Promise<Db> {
  const pool = new pg.Pool({ connectionString: url, max: 8 });
  pool.on('error', () => undefined); // an idle connection that broke; the next query opens another
  try {
    await pool.query('SELECT 1');
  } catch (error) {
    await pool.end();
    const { hostname, pathname } = new URL(url);
    throw fail(
      'db-open',
      `cannot open the database ${pathname.slice(1)} on ${hostname}: ` +
        `${(error as { code?: string }).code ?? 'no answer'}`,
    );
  }
  return new PostgresDb(pool);
}
