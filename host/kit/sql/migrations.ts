// Brings a database's tables up to date, forward only: table `schema_versions` holds the steps that were run. Each step
// runs whole or not at all.

import { fail } from '../../../protocol/errors';
import type { Db, Migration, SqlFile } from './types';

const SERIAL = { libsql: 'INTEGER PRIMARY KEY AUTOINCREMENT', postgres: 'BIGSERIAL PRIMARY KEY' };
const VERSIONS = 'CREATE TABLE IF NOT EXISTS schema_versions (version BIGINT PRIMARY KEY)';
const PRESENT = 'SELECT MAX(version) AS version FROM schema_versions';
const RECORD = 'INSERT INTO schema_versions (version) VALUES (?)';

type Present = { version: number | null } | undefined;

/** True when `step` is still to be run. Throws `db-newer` when a later release has been at the database. */
function isMissing(step: Migration, migrations: readonly Migration[], found: Present): boolean {
  const present = found?.version ?? 0;
  const newest = migrations[migrations.length - 1].version;
  if (present > newest)
    throw fail('db-newer', `the database has version ${present}, this program knows ${newest}: use the newer program`);
  return step.version > present;
}

function statementsOf(step: Migration, dialect: Db['dialect']): string[] {
  return step.statements.map((statement) => statement.replaceAll('{serial}', SERIAL[dialect]));
}

/** Throws `db-newer`. */
export async function migrateDb(db: Db, migrations: readonly Migration[]): Promise<void> {
  await db.transaction(async (tx) => void (await tx.run(VERSIONS)), true);
  for (const step of migrations) {
    await db.transaction(async (tx) => {
      if (!isMissing(step, migrations, await tx.get(PRESENT))) return;
      for (const statement of statementsOf(step, tx.dialect)) await tx.run(statement);
      await tx.run(RECORD, [step.version]);
    }, true);
  }
}

/** As migrateDb, for a file that one program has to itself. Throws `db-newer`. */
export function migrateFile(file: SqlFile, migrations: readonly Migration[]): void {
  file.run(VERSIONS);
  for (const step of migrations) {
    file.transaction(() => {
      if (!isMissing(step, migrations, file.one(PRESENT))) return;
      for (const statement of statementsOf(step, 'libsql')) file.run(statement);
      file.run(RECORD, step.version);
    });
  }
}
