// Db on PostgreSQL: a pool of connections, serializable transactions. One that meets a conflict is repeated, and
// repetitions take turns, so that many at once get through instead of failing each other. A server that goes away ends
// no process: what was under way throws `db-lost`, reads and transactions that had not come to their commit are tried
// again, and the next query opens a connection anew.

import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { fail } from '../../../protocol/errors';
import { CONNECT_LIMIT_MS, isLost, lostError } from './postgres-errors';
import { holdName } from './postgres-hold';
import type { Db, Held, SqlValue } from './types';

/** How often one transaction is tried before its conflict is handed on. */
export const MAX_TRIES = 12;
/** A lost connection is tried again so often, after this pause: a restart of the server takes about a second. */
const LOST_TRIES = 4;
const LOST_PAUSE_MS = 300;
const POOL_MAX = 8;
/** Any number of our own: held by a transaction that is repeated or has to be alone. */
const TURN_LOCK = 1722917230;
const SERIALIZATION_FAILURE = '40001';
const DEADLOCK = '40P01';
const INT8_OID = 20;
const NUMERIC_OID = 1700;

const numbered = new Map<string, string>();

/** `?` becomes `$1`, `$2`, ... ; our SQL has no question mark inside quotes. */
export function numberedSql(sql: string): string {
  let known = numbered.get(sql);
  if (known === undefined) {
    let n = 0;
    numbered.set(sql, (known = sql.replace(/\?/g, () => '$' + ++n)));
  }
  return known;
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

/** Tries what may be done twice again while the server cannot be had. Throws `db-lost`. */
async function patiently<T>(work: () => Promise<T>, mayRepeat: (error: unknown) => boolean): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await work();
    } catch (error) {
      if (!isLost(error)) throw error;
      if (!mayRepeat(error) || tried >= LOST_TRIES) throw lostError(error);
      await wait(LOST_PAUSE_MS * tried);
    }
  }
}

const isRead = (sql: string): boolean => /^\s*select\b/i.test(sql);

class PostgresDb implements Db {
  readonly dialect = 'postgres';
  private readonly rows = rowsOf(this.pool);

  constructor(
    private readonly pool: pg.Pool,
    private readonly url: string,
  ) {}

  all<T>(sql: string, values?: SqlValue[]): Promise<T[]> {
    return patiently(
      () => this.rows.all<T>(sql, values),
      () => isRead(sql),
    );
  }

  get<T>(sql: string, values?: SqlValue[]): Promise<T | undefined> {
    return patiently(
      () => this.rows.get<T>(sql, values),
      () => isRead(sql),
    );
  }

  run(sql: string, values?: SqlValue[]): Promise<number> {
    return patiently(
      () => this.rows.run(sql, values),
      () => false,
    );
  }

  /** Tries a transaction once. inTurn: nobody else's repetition runs beside it. */
  private async once<T>(work: (tx: Db) => Promise<T>, inTurn: boolean): Promise<T> {
    const client = await this.pool.connect();
    const unlock = async (): Promise<void> =>
      void (inTurn && (await client.query('SELECT pg_advisory_unlock($1)', [TURN_LOCK])));
    let isCommitting = false;
    try {
      if (inTurn) await client.query('SELECT pg_advisory_lock($1)', [TURN_LOCK]);
      await client.query('BEGIN ISOLATION LEVEL SERIALIZABLE');
      const result = await work({
        dialect: 'postgres',
        ...rowsOf(client),
        transaction: () => Promise.reject(fail('db-nested', 'transactions cannot be nested')),
        hold: () => Promise.reject(fail('db-nested', 'hold names outside of a transaction')),
        close: () => Promise.reject(fail('db-nested', 'close the database outside of a transaction')),
      });
      isCommitting = true;
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
      throw isLost(error) ? Object.assign(lostError(error), { isCommitting }) : error;
    }
  }

  private async untilAlone<T>(work: (tx: Db) => Promise<T>, isAlone: boolean): Promise<T> {
    for (let tried = 1; ; tried++) {
      try {
        return await this.once(work, isAlone || tried > 1);
      } catch (error) {
        if (!isConflict(error) || tried >= MAX_TRIES) throw error;
      }
    }
  }

  /** A connection that is lost in the midst of a commit leaves open whether it was one: the caller has to look. */
  transaction<T>(work: (tx: Db) => Promise<T>, isAlone = false): Promise<T> {
    return patiently(
      () => this.untilAlone(work, isAlone),
      (error) => (error as { isCommitting?: boolean }).isCommitting !== true,
    );
  }

  hold(name: string): Promise<Held | undefined> {
    return holdName(this.url, name);
  }

  async close(): Promise<void> {
    if (!this.pool.ending) await this.pool.end();
  }
}

/** Opens a pool on `url` (`postgres://user:password@host/database`). Throws `db-open` without the password. */
export async function openPostgres(url: string): Promise<Db> {
  const pool = new pg.Pool({
    connectionString: url,
    max: POOL_MAX,
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
    keepAlive: true,
  });
  pool.on('error', () => undefined); // an idle connection that broke; the next query opens another
  pool.on('connect', (client) => void client.on('error', () => undefined)); // one in use: its query throws
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
  return new PostgresDb(pool, url);
}
