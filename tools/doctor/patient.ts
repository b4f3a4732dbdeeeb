// The real things that doctor looks at: this machine, the board on a port, the platform's parts that were named.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { BUILT_FIRMWARE } from '../../host/kit/package';
import { fail } from '../../protocol/errors';
import { createRpc } from '../../host/bitcoin/rpc';
import { openLibsql } from '../../host/kit/sql/libsql';
import { openPostgres } from '../../host/kit/sql/postgres';
import { MIGRATIONS } from '../../host/api/schema';
import { realRuntime } from '../../host/kit/runtime';
import { choosePort, listPorts } from '../serial/list';
import { openPort } from '../serial/open';
import { viewBoard, type BoardView } from './board-view';
import type { NoBoard, Patient } from './check';

const SIZES = path.join(BUILT_FIRMWARE, 'sizes.json');

async function versionsOf(place: string): Promise<{ present: number; known: number }> {
  const isPostgres = /^postgres(ql)?:\/\//.test(place);
  if (!isPostgres && !fs.existsSync(place)) throw fail('no-database', `there is no file ${place}`);
  const db = isPostgres ? await openPostgres(place) : openLibsql(place);
  try {
    const known = MIGRATIONS[MIGRATIONS.length - 1].version;
    const row = await db
      .get<{ version: number | null }>('SELECT MAX(version) AS version FROM schema_versions')
      .catch(() => undefined);
    return { present: Number(row?.version ?? 0), known };
  } finally {
    await db.close();
  }
}

export interface PatientOptions {
  port?: string;
  baud?: number;
  rpc?: { url: string; user: string; password: string };
  database?: string;
  api?: string;
}

export function realPatient(options: PatientOptions): Patient {
  let seen: Promise<BoardView | NoBoard> | undefined;
  async function look(): Promise<BoardView | NoBoard> {
    try {
      const port = await openPort(await choosePort(options.port), options.baud);
      try {
        return await viewBoard(port, realRuntime());
      } finally {
        port.close();
      }
    } catch (error) {
      const { code = 'failed', message } = error as { code?: string; message: string };
      return { error: message.replace(`${code}: `, ''), code, isNamed: options.port !== undefined };
    }
  }
  return {
    nodeVersion: process.version,
    platform: process.platform,
    nowMs: Date.now(),
    ports: listPorts,
    access(file) {
      try {
        fs.accessSync(file, fs.constants.R_OK | fs.constants.W_OK);
        return undefined;
      } catch (error) {
        return (error as NodeJS.ErrnoException).code;
      }
    },
    hasPackage(name) {
      try {
        require(name);
        return true;
      } catch {
        return false;
      }
    },
    builtCommit: () =>
      fs.existsSync(SIZES) ? (JSON.parse(fs.readFileSync(SIZES, 'utf8')) as { commit: string }).commit : undefined,
    board: () => (seen ??= look()),
    ...(options.rpc ? { rpc: createRpc({ ...options.rpc, timeoutMs: 5000 }) } : {}),
    ...(options.database !== undefined
      ? { database: { place: options.database, versions: () => versionsOf(options.database!) } }
      : {}),
    ...(options.api !== undefined
      ? {
          api: {
            url: options.api,
            status: async () =>
              (await fetch(new URL('/api/v1/open/tx', options.api), { signal: AbortSignal.timeout(5000) })).status,
          },
        }
      : {}),
  };
}
