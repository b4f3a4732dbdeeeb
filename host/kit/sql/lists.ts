// Long lists in SQL: rows asked for by many values, and many rows written, some hundred values a statement.

import { setImmediate as turn } from 'node:timers/promises';
import type { Db, SqlValue } from './types';

/** Values of one statement: some milliseconds of an SQL file. */
const VALUES_MAX = 500;

/** Rows of `sql`, in which `IN (?)` stands for the list; `before`: values of other places, all before it. */
export async function allOf<T>(
  db: Db,
  sql: string,
  values: readonly SqlValue[],
  before: readonly SqlValue[] = [],
): Promise<T[]> {
  const rows: T[] = [];
  for (let from = 0; from < values.length; from += VALUES_MAX) {
    if (from > 0) await turn();
    const part = values.slice(from, from + VALUES_MAX);
    const { text, list } = db.dialect === 'postgres' ? asArray(sql, part) : asValues(sql, part);
    for (const row of await db.all<T>(text, [...before, ...list])) rows.push(row);
  }
  return rows;
}

/** One value, an array: PostgreSQL reads hundreds of them slowly. */
function asArray(sql: string, values: SqlValue[]): { text: string; list: SqlValue[] } {
  return { text: sql.replace('IN (?)', '= ANY(?)'), list: [values as unknown as SqlValue] };
}

/** Filled up to a power of two with the last value, so that there are few different statements. */
function asValues(sql: string, values: SqlValue[]): { text: string; list: SqlValue[] } {
  const size = Math.min(VALUES_MAX, 2 ** Math.ceil(Math.log2(values.length)));
  const rest = Array<SqlValue>(size - values.length).fill(values[values.length - 1]);
  return { text: sql.replace('(?)', `(${Array(size).fill('?').join()})`), list: [...values, ...rest] };
}

/** Rows of one statement. */
const ROWS_MAX = 64;

/** Inserts rows of one length: `sql` with `VALUES (?)` in the place of them all. */
export async function insertAll(db: Db, sql: string, rows: readonly SqlValue[][]): Promise<void> {
  for (let from = 0, size: number; from < rows.length; from += size) {
    size = Math.min(ROWS_MAX, 2 ** Math.floor(Math.log2(rows.length - from)));
    const row = `(${Array(rows[from].length).fill('?').join()})`;
    await db.run(sql.replace('(?)', Array(size).fill(row).join()), rows.slice(from, from + size).flat());
  }
}
