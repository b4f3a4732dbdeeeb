// A name that one process of many holds, by a session's advisory lock on a connection of its own. The server ends a
// session that is silent for some seconds (idle_session_timeout, PostgreSQL 14 and later; TCP keepalive before). So a
// machine that vanished or a process that hangs keeps a name no longer than that.

import pg from 'pg';
import { CONNECT_LIMIT_MS, isLost, lostError } from './postgres-errors';
import type { Held } from './types';

const BEAT_MS = 1000;
const SILENCE_MAX_MS = 5000;

/** Undefined while another one has it. Throws `db-lost`. */
export async function holdName(url: string, name: string): Promise<Held | undefined> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
    query_timeout: CONNECT_LIMIT_MS,
    keepAlive: true,
  });
  let isHeld = true;
  const lose = (): void => void (isHeld = false);
  client.on('error', lose);
  client.on('end', lose);
  try {
    await client.connect();
    // Names belong to a schema: several databases of ours may share a server's database.
    const { rows } = await client.query<{ held: boolean }>(
      "SELECT pg_try_advisory_lock(hashtext('chaincloud ' || current_schema()), hashtext($1)) AS held",
      [name],
    );
    if (!rows[0].held) {
      await client.end();
      return undefined;
    }
    await client.query(`SET tcp_keepalives_idle = 3; SET tcp_keepalives_interval = 1; SET tcp_keepalives_count = 3`);
    await client.query(`SET idle_session_timeout = ${SILENCE_MAX_MS}`).catch(() => undefined);
  } catch (error) {
    await client.end().catch(() => undefined);
    throw isLost(error) ? lostError(error) : error;
  }
  const beat = setInterval(() => void client.query('SELECT 1').catch(lose), BEAT_MS);
  beat.unref();
  return {
    isHeld: () => isHeld,
    async release() {
      clearInterval(beat);
      lose();
      await client.end().catch(() => undefined);
    },
  };
}
