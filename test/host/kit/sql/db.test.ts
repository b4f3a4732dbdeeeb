// The Db contract: on a libsql file, and on PostgreSQL when DATABASE_URL names one. Spec: host/kit/sql/types.ts;
// docs/threat-model.md I5.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import pg from 'pg';
import { openDb, type Db, type Migration } from '../../../../host/kit/sql';
import { numberedSql } from '../../../../host/kit/sql/postgres';

const MIGRATIONS: Migration[] = [
  {
    version: 1,
    statements: [
      'CREATE TABLE coins (id {serial}, owner TEXT NOT NULL, sats BIGINT NOT NULL)',
      'CREATE TABLE locks (name TEXT PRIMARY KEY)',
    ],
  },
];
const NEXT: Migration[] = [...MIGRATIONS, { version: 2, statements: ['ALTER TABLE coins ADD COLUMN note TEXT'] }];

async function refusalOf(work: Promise<unknown>): Promise<{ code: string; message: string }> {
  try {
    await work;
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error('expected a refusal');
}

interface Place {
  place: string;
  drop(): Promise<void>;
}

async function libsqlPlace(): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'chaincloud-db-'));
  return { place: join(folder, 'x.db'), drop: async () => rmSync(folder, { recursive: true }) };
}

async function postgresPlace(url: string): Promise<Place> {
  const schema = `db_test_${process.pid}_${Math.random().toString(36).slice(2, 10)}`;
  const run = async (sql: string): Promise<void> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(sql);
    await client.end();
  };
  await run(`CREATE SCHEMA ${schema}`);
  const place = new URL(url);
  place.searchParams.set('options', `-c search_path=${schema}`);
  return { place: place.href, drop: () => run(`DROP SCHEMA ${schema} CASCADE`) };
}

function contract(name: string, makePlace: (test: Mocha.Context) => Promise<Place>): void {
  describe(`host/kit/sql on ${name}`, () => {
    let at: Place;
    let db: Db;
    beforeEach(async function () {
      at = await makePlace(this);
      db = await openDb(at.place, MIGRATIONS);
    });
    afterEach(async () => {
      await db?.close();
      await at?.drop();
    });

    it('reads back texts, nulls and numbers up to 2^53', async () => {
      await db.run('INSERT INTO coins (owner, sats) VALUES (?, ?)', [
        "o'x; DROP TABLE coins --\u{1f512}",
        2_100_000_000_000_000,
      ]);
      const row = await db.get<{ id: number; owner: string; sats: number }>('SELECT * FROM coins');
      expect(row).to.deep.include({ id: 1, owner: "o'x; DROP TABLE coins --\u{1f512}", sats: 2_100_000_000_000_000 });
      expect(await db.get('SELECT SUM(sats) AS sum, COUNT(*) AS n FROM coins')).to.deep.include({
        sum: 2_100_000_000_000_000,
        n: 1,
      });
      expect(await db.get<{ sum: null }>('SELECT SUM(sats) AS sum FROM coins WHERE owner = ?', ['x'])).to.deep.include({
        sum: null,
      });
      expect(await db.get('SELECT * FROM coins WHERE owner = ?', ['nobody'])).to.equal(undefined);
    });

    it('counts changed rows and gives keys back', async () => {
      expect(await db.get('INSERT INTO coins (owner, sats) VALUES (?, ?) RETURNING id', ['a', 1])).to.deep.include({
        id: 1,
      });
      expect(await db.run('INSERT INTO locks (name) VALUES (?) ON CONFLICT (name) DO NOTHING', ['x'])).to.equal(1);
      expect(await db.run('INSERT INTO locks (name) VALUES (?) ON CONFLICT (name) DO NOTHING', ['x'])).to.equal(0);
      expect(await db.run('UPDATE coins SET sats = 2')).to.equal(1);
    });

    it('undoes a transaction that throws, whole', async () => {
      const error = await refusalOf(
        db.transaction(async (tx) => {
          await tx.run('INSERT INTO coins (owner, sats) VALUES (?, ?)', ['a', 1]);
          await tx.run('INSERT INTO locks (name) VALUES (?)', ['x']);
          throw Object.assign(new Error('no'), { code: 'mine' });
        }),
      );
      expect(error.code).to.equal('mine');
      expect(await db.all('SELECT * FROM coins')).to.deep.equal([]);
      expect(await db.all('SELECT * FROM locks')).to.deep.equal([]);
    });

    it('keeps transactions apart: read-then-write of 20 at once loses nothing', async () => {
      await db.run('INSERT INTO coins (owner, sats) VALUES (?, ?)', ['a', 0]);
      await Promise.all(
        Array.from({ length: 20 }, () =>
          db.transaction(async (tx) => {
            const row = await tx.get<{ sats: number }>('SELECT sats FROM coins');
            await tx.run('UPDATE coins SET sats = ?', [(row?.sats ?? 0) + 1]);
          }),
        ),
      );
      expect(await db.get('SELECT sats FROM coins')).to.deep.include({ sats: 20 });
    });

    it('a unique key lets one of many have it', async () => {
      const results = await Promise.allSettled(
        Array.from({ length: 10 }, (_, i) =>
          db.transaction(async (tx) => {
            await tx.run('INSERT INTO locks (name) VALUES (?)', ['coin']);
            await tx.run('INSERT INTO coins (owner, sats) VALUES (?, ?)', [String(i), 1]);
          }),
        ),
      );
      expect(results.filter((result) => result.status === 'fulfilled')).to.have.length(1);
      expect(await db.all('SELECT * FROM coins')).to.have.length(1);
    });

    it('refuses nesting', async () => {
      expect((await refusalOf(db.transaction((tx) => tx.transaction(async () => undefined)))).code).to.equal(
        'db-nested',
      );
    });

    it('keeps what was there, brings the tables up to date, refuses an older program', async () => {
      await db.run('INSERT INTO coins (owner, sats) VALUES (?, ?)', ['a', 7]);
      await db.close();
      db = await openDb(at.place, NEXT);
      expect(await db.get('SELECT owner, sats, note FROM coins')).to.deep.include({ owner: 'a', sats: 7, note: null });
      await db.close();
      expect((await refusalOf(openDb(at.place, MIGRATIONS))).code).to.equal('db-newer');
      db = await openDb(at.place, NEXT);
    });

    it('opens twice at once: the steps run once', async function () {
      if (name === 'libsql') this.skip(); // a file belongs to one process, which opens it once
      await db.close();
      const [one, two] = await Promise.all([openDb(at.place, NEXT), openDb(at.place, NEXT)]);
      expect(await one.all('SELECT version FROM schema_versions ORDER BY version')).to.have.length(2);
      await one.close();
      db = two;
    });
  });
}

contract('libsql', libsqlPlace);
contract(process.env.DATABASE_URL ? 'postgres' : 'postgres (skipped: DATABASE_URL is not set)', async (test) => {
  if (!process.env.DATABASE_URL) {
    test.skip();
  }
  return postgresPlace(process.env.DATABASE_URL as string);
});

describe('host/kit/sql places', () => {
  it('names a file that cannot be opened, and a server without its password', async () => {
    expect((await refusalOf(openDb('/nonexistent/folder/x.db', MIGRATIONS))).message).to.contain(
      '/nonexistent/folder/x.db',
    );
    const error = await refusalOf(openDb('postgres://user:sesame@127.0.0.1:1/db', MIGRATIONS));
    expect(error.code).to.equal('db-open');
    expect(error.message).to.not.contain('sesame');
  });

  it('numbers the values for PostgreSQL', () => {
    expect(numberedSql('SELECT ? WHERE a = ? AND b = ?')).to.equal('SELECT $1 WHERE a = $2 AND b = $3');
  });

  it('a killed process leaves a file that opens with every commit in it', async function () {
    this.timeout(60_000);
    const at = await libsqlPlace();
    const script = `
      const { openDb } = require(${JSON.stringify(resolve(__dirname, '../../../../host/kit/sql'))});
      const migrations = ${JSON.stringify(MIGRATIONS)};
      (async () => {
        const db = await openDb(${JSON.stringify(at.place)}, migrations);
        for (let i = 1; ; i++) {
          await db.transaction(async (tx) => {
            await tx.run('INSERT INTO coins (owner, sats) VALUES (?, ?)', ['a', i]);
            await tx.run('INSERT INTO coins (owner, sats) VALUES (?, ?)', ['b', -i]);
          });
          process.stdout.write(i + '\\n');
        }
      })();`;
    for (let round = 0; round < 3; round++) {
      const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
      let told = 0;
      await new Promise<void>((done) => {
        child.stdout.on('data', (bytes: Buffer) => {
          told = Number(bytes.toString().trim().split('\n').pop());
          if (told >= 20) child.kill('SIGKILL');
        });
        child.on('exit', () => done());
      });
      const db = await openDb(at.place, MIGRATIONS);
      const sums = await db.get<{ sum: number; top: number }>('SELECT SUM(sats) AS sum, MAX(sats) AS top FROM coins');
      expect(sums?.sum).to.equal(0);
      expect(sums?.top).to.be.at.least(told);
      await db.run('DELETE FROM coins');
      await db.close();
    }
    await at.drop();
  });
});
