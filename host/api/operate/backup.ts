// The database as one file at one moment: what another API starts from.

import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReadStream } from 'node:fs';
import type { Context } from '../context';
import { apiFail } from '../http/errors';

/** Throws `bad-parameter` for PostgreSQL, which has tools of its own. */
export async function backupStream({ db, log }: Context): Promise<ReadStream> {
  if (db.dialect !== 'libsql') throw apiFail('bad-parameter', 'the database is PostgreSQL: use pg_dump');
  const folder = await mkdtemp(join(tmpdir(), 'chaincloud-backup-'));
  const file = join(folder, 'api.db');
  try {
    await db.run(`VACUUM INTO '${file.replaceAll("'", "''")}'`);
    const handle = await open(file, 'r');
    await rm(folder, { recursive: true }); // the open file stays until the stream ends
    log.info('the database was copied for a backup');
    return handle.createReadStream();
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
