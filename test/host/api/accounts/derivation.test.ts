// Holds host/api/accounts/derivation.ts: an account has one derivation at a time, and what is derived because earlier
// indexes were used is looked for in the blocks from there on.

import { expect } from 'chai';
import { accountRow } from '../../../../host/api/accounts/account';
import { ensureChunk, extendAccounts } from '../../../../host/api/accounts/derivation';
import type { Context } from '../../../../host/api/context';
import type { Db } from '../../../../host/kit/sql';
import { chainOf, type TestChain } from '../../chain/chain-fixture';
import { startPlatform, type Platform } from '../fixture';

describe('host/api/accounts/derivation', () => {
  let platform: Platform;
  let chain: TestChain;
  beforeEach(async () => {
    platform = await startPlatform();
    chain = await chainOf(platform);
  });
  afterEach(async () => {
    await chain.close();
    await platform.close();
  });

  /** The chain's database with some of its methods changed. PostgreSQL's are its class's: a spread has none. */
  function dbWith(changed: Partial<Db>): Db {
    const { db } = chain;
    return {
      ...db,
      get: db.get.bind(db),
      all: db.all.bind(db),
      transaction: db.transaction.bind(db),
      ...changed,
    };
  }

  /** What deriving takes of the API's context. */
  function contextOf(db: Db): Context {
    const { network, runtime } = chain;
    return { db, network, runtime, chunks: new Set(), deriving: new Map() } as unknown as Context;
  }

  it('ten batches asked for at once: one derivation after the other, none twice', async () => {
    const log: string[] = [];
    const db = dbWith({
      get: (...args) => {
        log.push('look');
        return chain.db.get(...args);
      },
      transaction: (...args) => {
        log.push('write');
        return chain.db.transaction(...args);
      },
    });
    const context = contextOf(db);
    const row = (await accountRow(chain.db, 0))!;
    const asked = [1, 2, 1, 3, 2, 1].map((n) => ensureChunk(context, { row, side: 2, chain: 0 }, n, 'asked'));
    expect(await Promise.all(asked)).to.deep.equal([true, true, false, true, false, false]);
    expect(log.join(' ')).to.equal('look write look write look look write look look');
    expect(context.deriving.size).to.equal(0);
    const found = await chain.db.get<{ n: number }>('SELECT COUNT(*) AS n FROM addresses WHERE side = 2 AND chain = 0');
    expect(Number(found?.n)).to.equal(4000);
  });

  it('an account whose key is broken stops no other one, and the failure is told', async () => {
    const broken = {
      ...(await accountRow(chain.db, 0))!,
      account: 1,
      cold_xpub: 'xpub-broken',
      hot_xpub: 'xpub-broken',
    };
    const sound = (await accountRow(chain.db, 0))!;
    const db = dbWith({
      all: (sql, ...rest) => (/FROM accounts/.test(sql) ? ([broken, sound] as never) : chain.db.all(sql, ...rest)),
    });
    await chain.db.run('DELETE FROM addresses WHERE account = 0');
    const context = contextOf(db);
    let failure: unknown;
    await extendAccounts(context).catch((error: unknown) => (failure = error));
    expect(failure).to.be.an('error');
    const found = await chain.db.get<{ n: number }>('SELECT COUNT(*) AS n FROM addresses WHERE account = 0');
    expect(Number(found?.n)).to.equal(2200);
  });

  it('one that fails lets the next one go on', async () => {
    let isFirst = true;
    const db = dbWith({
      transaction: (...args) => {
        if (!isFirst) return chain.db.transaction(...args);
        isFirst = false;
        return Promise.reject(new Error('lost'));
      },
    });
    const context = contextOf(db);
    const row = (await accountRow(chain.db, 0))!;
    const results = await Promise.allSettled(
      [1, 1].map((n) => ensureChunk(context, { row, side: 2, chain: 0 }, n, 'asked')),
    );
    expect(results.map(({ status }) => status)).to.deep.equal(['rejected', 'fulfilled']);
  });

  it('coins on addresses that nobody had derived are found once the indexes before them are used', async () => {
    await platform.node.fund(platform.keys.address(2, 0, 1100), 30_000); // before any use of the first 1,000
    await platform.node.fund(platform.keys.address(2, 0, 850), 20_000);
    await platform.mine();
    expect((await platform.get('/user', platform.tokens.cold)).body.balance).to.equal(50_000);
    const wishes = await chain.db.all<{ ended_at: number | null }>('SELECT ended_at FROM rescans');
    expect(wishes.map(({ ended_at }) => ended_at !== null)).to.deep.equal([true]);
  });
});
