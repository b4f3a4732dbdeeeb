// Holds host/kit/sql/lists.ts, on a libsql file and on PostgreSQL when DATABASE_URL names one.
// Neighbours: no value, one, as many as one statement takes, one more, many; values that are there twice.

import { expect } from 'chai';
import type { Db } from '../../../../host/kit/sql';
import { openLibsql } from '../../../../host/kit/sql/libsql';
import { openPostgres } from '../../../../host/kit/sql/postgres';
import { allOf, insertAll } from '../../../../host/kit/sql/lists';

const TABLE = 'lists_test_' + process.pid;

for (const place of [':memory:', process.env.DATABASE_URL]) {
  if (place === undefined) continue;
  describe(`host/kit/sql/lists on ${place === ':memory:' ? 'libsql' : 'postgres'}`, () => {
    let db: Db;
    before(async () => {
      db = place === ':memory:' ? openLibsql(place) : await openPostgres(place);
      await db.run(`CREATE TABLE ${TABLE} (id BIGINT PRIMARY KEY, word TEXT NOT NULL)`);
    });
    after(async () => {
      await db.run(`DROP TABLE ${TABLE}`);
      await db.close();
    });

    it('writes and finds any number of rows', async () => {
      for (const [i, count] of [0, 1, 2, 63, 64, 65, 499, 500, 501, 1703].entries()) {
        const first = i * 10_000;
        const rows = Array.from({ length: count }, (_, n) => [first + n, 'w' + (first + n)]);
        await insertAll(db, `INSERT INTO ${TABLE} (id, word) VALUES (?) ON CONFLICT (id) DO NOTHING`, rows);
        const words = [...rows.map(([, word]) => word), 'absent'];
        const sql = `SELECT id FROM ${TABLE} WHERE id >= ? AND word IN (?)`;
        const found = await allOf<{ id: number }>(db, sql, words, [first]);
        expect(found.map(({ id }) => id).sort((a, b) => a - b)).to.deep.equal(rows.map(([id]) => id));
      }
      expect(await allOf(db, `SELECT id FROM ${TABLE} WHERE word IN (?)`, [])).to.deep.equal([]);
      expect(await allOf(db, `SELECT id FROM ${TABLE} WHERE word IN (?)`, ['w10000', 'w10000'])).to.have.length(1);
    });
  });
}
