// A PostgreSQL server of a test's own, that it may stop and start again; undefined where none is installed.

import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const VERSIONS = '/usr/lib/postgresql';
/** Belongs to the user who runs servers here: initdb refuses to run as root. */
const OWNER_HOME = '/var/lib/postgresql';
const ROLE = 'postgres';

export interface PostgresServer {
  url: string;
  /** Ends all sessions, then starts again. `downMs` between. */
  restart(downMs?: number): Promise<void>;
  /** Ends it as a power cut does, then starts it again: it recovers from its log. */
  crash(): Promise<void>;
  stop(): void;
  start(): void;
  /** Stops it and removes its files. */
  close(): void;
}

function binaries(): string | undefined {
  if (!existsSync(VERSIONS)) return undefined;
  const newest = readdirSync(VERSIONS)
    .filter((name) => existsSync(join(VERSIONS, name, 'bin', 'initdb')))
    .sort((a, b) => Number(b) - Number(a))[0];
  return newest && join(VERSIONS, newest, 'bin');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

export async function startPostgres(): Promise<PostgresServer | undefined> {
  const bin = binaries();
  if (bin === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'chaincloud-postgres-'));
  const owner = process.getuid?.() === 0 ? statSync(OWNER_HOME) : undefined;
  const settings = { cwd: folder, uid: owner?.uid, gid: owner?.gid };
  const run = (program: string, ...args: string[]): void =>
    void execFileSync(join(bin, program), args, { ...settings, stdio: 'ignore' });
  const port = await freePort();
  try {
    if (owner) chownSync(folder, owner.uid, owner.gid);
    run('initdb', '-D', join(folder, 'db'), '-A', 'trust', '-U', ROLE);
  } catch {
    rmSync(folder, { recursive: true, force: true });
    return undefined;
  }
  const place = ['-D', join(folder, 'db'), '-w'];
  const starting = [...place, '-o', `-p ${port} -h 127.0.0.1 -k ${folder}`, '-l', join(folder, 'log'), 'start'];
  const start = (): void => run('pg_ctl', ...starting);
  const stop = (): void => run('pg_ctl', ...place, '-m', 'fast', 'stop');
  start();
  return {
    url: `postgres://${ROLE}@127.0.0.1:${port}/postgres`,
    start,
    stop,
    async restart(downMs = 0) {
      stop();
      await new Promise((done) => setTimeout(done, downMs));
      start();
    },
    async crash() {
      for (const args of [[...place, '-m', 'immediate', 'stop'], starting]) {
        // Its own output would stay open as long as the server does.
        await new Promise<void>((done, fail) =>
          spawn(join(bin, 'pg_ctl'), args, { ...settings, stdio: 'ignore' })
            .once('error', fail)
            .once('exit', (code) => (code === 0 ? done() : fail(new Error(`pg_ctl ends with ${code}`)))),
        );
      }
    },
    close() {
      stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
