// Holds the numbers of withdrawals to docs/decisions/031: the booking makes them, of its clock, one above the other.

import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlFile } from '../../../host/kit/sql/sql-file';
import { openStore, type Store } from '../../../host/website/store';

const NOW_MS = Date.UTC(2026, 0, 5);
const DIGITS_15 = 999_999_999_999_999;

describe('host/website store, numbers of withdrawals', () => {
  let folder: string;
  let store: Store;
  const open = () => void (store = openStore(join(folder, 'site.db')));
  const book = (key: string, nowMs: number): number => store.bookWithdrawal(key, [], 0, nowMs).vtest_id;
  /** The file as another program leaves it. */
  const write = (sql: string) => {
    store.close();
    const file = openSqlFile(join(folder, 'site.db'));
    file.run(sql);
    file.close();
    open();
  };
  const plant = (id: number) =>
    write(
      'INSERT INTO withdrawals (vtest_id, idempotency_key, outs, dynamic, created_ms) ' +
        `VALUES (${id}, 'k${id}', '[]', 0, 1)`,
    );

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'website-store-'));
    open();
  });
  afterEach(() => {
    store.close();
    rmSync(folder, { recursive: true });
  });

  it('follow the clock, in whole milliseconds', () => {
    expect([book('a', NOW_MS), book('b', NOW_MS + 5.9)]).to.deep.equal([NOW_MS, NOW_MS + 5]);
  });

  it('are the last one + 1 within a millisecond, and after the clock was set back, over a restart too', () => {
    expect([book('a', NOW_MS), book('b', NOW_MS), book('c', NOW_MS)]).to.deep.equal([NOW_MS, NOW_MS + 1, NOW_MS + 2]);
    expect(book('d', NOW_MS - 86_400_000)).to.equal(NOW_MS + 3);
    store.close();
    open();
    expect([book('e', NOW_MS - 1), book('f', NOW_MS + 3), book('g', NOW_MS + 9)]).to.deep.equal([
      NOW_MS + 4,
      NOW_MS + 5,
      NOW_MS + 9,
    ]);
  });

  it('are one for a key, and a repeated or refused booking uses none', () => {
    expect([book('a', NOW_MS), book('a', NOW_MS + 50)]).to.deep.equal([NOW_MS, NOW_MS]);
    expect(() => store.bookWithdrawal('a', [], 1, NOW_MS + 50)).to.throw('another withdrawal');
    expect(book('b', NOW_MS)).to.equal(NOW_MS + 1);
  });

  it('of an old database stay; new ones are above its highest', () => {
    for (const id of [1, 2, 7]) plant(id);
    expect(book('a', 0)).to.equal(8);
    expect(book('b', NOW_MS)).to.equal(NOW_MS);
    expect(store.withdrawals(10).map((row) => row.vtest_id)).to.deep.equal([NOW_MS, 8, 7, 2, 1]);
    expect([store.withdrawal(2)!.idempotency_key, book('k2', NOW_MS)]).to.deep.equal(['k2', 2]);
  });

  it('are never used again, also when the row of the last one is gone', () => {
    const last = book('a', NOW_MS);
    write('DELETE FROM withdrawals');
    expect(book('b', NOW_MS - 1000)).to.equal(last + 1);
  });

  it('end at 15 digits: nothing is booked then', () => {
    plant(DIGITS_15 - 1);
    expect(book('a', NOW_MS)).to.equal(DIGITS_15);
    expect(() => book('b', NOW_MS))
      .to.throw()
      .with.property('code', 'numbers-used-up');
    expect(store.withdrawals(10)).to.have.length(2);
  });

  it('are handed out in order, old ones first, and taken as `after`', () => {
    plant(3);
    for (const key of ['a', 'b']) book(key, NOW_MS);
    for (const { vtest_id: id } of store.unsealed()) store.setInfo(id, 'info');
    const ids = [0, 3, NOW_MS, NOW_MS + 1].map((after) => store.nextWithdrawal(after)?.vtest_id);
    expect(ids).to.deep.equal([3, NOW_MS, NOW_MS + 1, undefined]);
  });
});
