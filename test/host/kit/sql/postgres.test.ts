// Holds host/kit/sql/postgres.ts, postgres-hold.ts, postgres-errors.ts: a server that goes away and comes back, and a
// name that one process holds. Spec: host/kit/sql/types.ts; docs/threat-model.md I14.
// Neighbours: idle connections, a query under way, a transaction before its commit, a server that stays away; a holder
// that lets go, whose session is ended, that is killed, that hangs. Held elsewhere: what Db does on a server that stays
// (db.test.ts), the API over a restart (../../api/postgres.test.ts).

import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import pg from 'pg';
import { openDb, type Db } from '../../../../host/kit/sql';
import { startPostgres, type PostgresServer } from '../../../../tools/bench/kill/postgres-server';

const MIGRATIONS = [{ version: 1, statements: ['CREATE TABLE notes (id {serial}, text TEXT NOT NULL)'] }];
const SQL = resolve(__dirname, '../../../../host/kit/sql');

async function until(holds: () => Promise<boolean> | boolean, limitMs = 12_000): Promise<void> {
  for (const endMs = Date.now() + limitMs; !(await holds()); await wait(50))
    if (Date.now() > endMs) throw new Error('did not come about');
}

describe('host/kit/sql on a PostgreSQL that comes and goes', function () {
  this.timeout(60_000);
  let server: PostgresServer;
  let db: Db;
  before(async function () {
    const started = await startPostgres();
    if (!started) return this.skip(); // no PostgreSQL is installed
    server = started;
    db = await openDb(server.url, MIGRATIONS);
  });
  after(async () => {
    await db?.close();
    server?.close();
  });
  const codeOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'done',
      (error: { code: string }) => error.code,
    );

  it('a restart under reads and transactions: each ends, none twice, and what follows works', async () => {
    const texts = Array.from({ length: 40 }, (_, i) => `note ${i}`);
    const writes = texts.map((text, i) =>
      wait(i * 40).then(() =>
        codeOf(
          db.transaction(async (tx) => {
            await tx.run('INSERT INTO notes (text) VALUES (?)', [text]);
            await wait(20);
          }),
        ),
      ),
    );
    const reads = texts.map((_, i) => wait(i * 40).then(() => codeOf(db.all('SELECT * FROM notes'))));
    await wait(300);
    await server.restart(300);
    expect(new Set(await Promise.all(reads))).to.deep.equal(new Set(['done']));
    const outcomes = await Promise.all(writes);
    const kept = (await db.all<{ text: string }>('SELECT text FROM notes ORDER BY id')).map((row) => row.text);
    expect(new Set(kept).size).to.equal(kept.length);
    for (const [i, outcome] of outcomes.entries()) {
      expect(outcome).to.be.oneOf(['done', 'db-lost']);
      if (outcome === 'done') expect(kept).to.include(texts[i]);
    }
  });

  it('a server that stays away: db-lost, without its user; then it goes on', async () => {
    server.stop();
    const error = await db.get('SELECT 1').catch((thrown: { code: string; message: string }) => thrown);
    expect(error).to.include({ code: 'db-lost' });
    expect((error as { message: string }).message).to.not.contain('postgres@');
    expect(await codeOf(db.run("INSERT INTO notes (text) VALUES ('x')"))).to.equal('db-lost');
    expect(await codeOf(db.hold('x'))).to.equal('db-lost');
    server.start();
    expect(await codeOf(db.run("INSERT INTO notes (text) VALUES ('x')"))).to.equal('done');
  });

  it('a name has one holder; it is free when that one lets go or its session ends', async () => {
    const first = await db.hold('chief');
    expect(first?.isHeld()).to.equal(true);
    expect(await db.hold('chief')).to.equal(undefined);
    const other = await db.hold('other');
    expect(other?.isHeld()).to.equal(true);
    await other?.release();
    await first?.release();
    const second = await db.hold('chief');
    const admin = new pg.Client({ connectionString: server.url });
    await admin.connect();
    await admin.query(
      "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()",
    );
    await admin.end();
    await until(() => second?.isHeld() === false);
    const third = await db.hold('chief');
    expect(third?.isHeld()).to.equal(true);
    await third?.release();
  });

  for (const signal of ['SIGKILL', 'SIGSTOP'] as const)
    it(`a holder that meets ${signal} has the name no longer than seconds`, async () => {
      const script = `
        const { openDb } = require(${JSON.stringify(SQL)});
        openDb(${JSON.stringify(server.url)}, ${JSON.stringify(MIGRATIONS)})
          .then((db) => db.hold('chief')).then((held) => { console.log(held.isHeld()); setInterval(() => 0, 1000); });`;
      const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
      await new Promise((done) => child.stdout.once('data', done));
      expect(await db.hold('chief')).to.equal(undefined);
      child.kill(signal);
      await until(async () => {
        const held = await db.hold('chief');
        await held?.release();
        return held !== undefined;
      });
      child.kill('SIGKILL');
    });
});
