// The databases of the host programs: an SQL file that one program has to itself (synchronous), and the platform's
// database (asynchronous, the same SQL on such a file and on PostgreSQL). Both are brought up to date by migrations.

export type SqlValue = string | number | null;

/**
 * One step of the schema: never edited once released, only followed by another. `{serial}` is a growing integer key.
 */
export interface Migration {
  version: number;
  statements: readonly string[];
}

/** A file of one program. Every statement is on disk when it returns. */
export interface SqlFile {
  /** Rows as plain objects. `?` stands for a value. */
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

/** A name that this process holds among all that use the database. */
export interface Held {
  /** False once it is lost: the connection broke, and another process may have it. */
  isHeld(): boolean;
  release(): Promise<void>;
}

export interface Db {
  dialect: 'libsql' | 'postgres';
  // Every call may throw `db-lost`: the server does not answer at this moment.
  /** Rows as plain objects; 64-bit columns come as numbers (all of ours stay below 2^53). `?` stands for a value. */
  all<T>(sql: string, values?: SqlValue[]): Promise<T[]>;
  /** The first row. */
  get<T>(sql: string, values?: SqlValue[]): Promise<T | undefined>;
  /** Rows changed. */
  run(sql: string, values?: SqlValue[]): Promise<number>;
  /**
   * All or nothing, as if nothing else ran (serializable; repeated when PostgreSQL asks for it, so `work` only touches
   * what it gets). Inside, use `tx` alone; not to be nested. On disk when it resolves.
   * `isAlone`: waits first for others that asked the same, so that it sees all that they wrote (changes of the schema).
   */
  transaction<T>(work: (tx: Db) => Promise<T>, isAlone?: boolean): Promise<T>;
  /**
   * Takes a name that one process may hold at a time; undefined while another has it. A file belongs to one process,
   * which has every name. Throws `db-lost`.
   */
  hold(name: string): Promise<Held | undefined>;
  /** Waits for what is under way. A second call does nothing. */
  close(): Promise<void>;
}
