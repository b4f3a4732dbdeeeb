// Counts what this process writes, so that an answer made from the database can be kept until then.

import type { Db } from './types';

export interface CountedDb extends Db {
  /** Grows with each statement and transaction that may have written. */
  changes(): number;
}

/** The same database; what another process writes is not counted. */
export function countChanges(db: Db): CountedDb {
  let changes = 0;
  async function counted<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } finally {
      changes++;
    }
  }
  return Object.assign(Object.create(db) as Db, {
    run: (...args: Parameters<Db['run']>) => counted(db.run(...args)),
    transaction: <T>(work: (tx: Db) => Promise<T>, isAlone?: boolean) => counted(db.transaction(work, isAlone)),
    changes: () => changes,
  });
}
