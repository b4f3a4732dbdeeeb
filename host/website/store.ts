// The website's tables: withdrawals, address batches, addresses, deposits. Spec: docs/http-api.md
// "The website's side, polled by V". Every call is one transaction, on disk when it returns. Whoever can write here is
// the attacker that V is built against: nothing in this file is trusted by V.

import { fail } from '../../protocol/errors';
import { openSqlFile } from '../kit/sql/sql-file';
import type { Out } from '../v1';
import { MIGRATIONS } from './schema';

export const BATCH_UNVERIFIED = 1;
export const BATCH_VERIFIED = 2;
export const BATCH_FAILED = 3;

/** HSM-Cold takes up to 15 digits as a number. Spec: protocol/SPEC.md 5.2. */
const VTEST_ID_MAX = 999_999_999_999_999;

export type Attestation = 'good' | 'bad' | 'none';

export interface WithdrawalRow {
  vtest_id: number;
  idempotency_key: string;
  outs: string;
  dynamic: 0 | 1;
  vtest_info: string | null;
  status: 'waiting' | 'sent' | 'failed';
  tx_hash: string | null;
  created_ms: number;
  reported_ms: number | null;
}

export interface BatchRow {
  side: 1 | 2;
  batch_no: number;
  status: number;
  attestation: Attestation;
  address_list: string;
  pulled_ms: number;
}

export interface AddressRow {
  address: string;
  side: 1 | 2;
  batch_no: number;
  idx: number;
  ref: string | null;
  given_ms: number | null;
}

export interface DepositRow {
  address: string;
  tx_hash: string;
  sats: number;
  confirmations: number;
}

export type Store = ReturnType<typeof openStore>;

class WebsiteStore {
  private readonly db = openSqlFile(this.file, MIGRATIONS);
  private readonly all = this.db.all;
  private readonly one = this.db.one;
  private readonly run = this.db.run;
  private readonly transaction = this.db.transaction;
  readonly close = this.db.close;

  constructor(private readonly file: string) {}

  /**
   * Books a withdrawal and gives it its number, in one step; it is handed to V only after `setInfo`. The same key with
   * the same content answers the first one. Throws `idempotency-conflict`, `numbers-used-up`.
   */
  bookWithdrawal(key: string, outs: Out[], dynamic: 0 | 1, nowMs: number): WithdrawalRow {
    const text = JSON.stringify(outs);
    const row = this.transaction(() => this.withdrawalOf(key) ?? this.insertWithdrawal(key, text, dynamic, nowMs));
    if (row.outs !== text || row.dynamic !== dynamic)
      throw fail('idempotency-conflict', 'this key was used for another withdrawal');
    return row;
  }

  private withdrawalOf(key: string) {
    return this.one<WithdrawalRow>('SELECT * FROM withdrawals WHERE idempotency_key = ?', key);
  }

  /** The number is the clock's or the last one + 1; a deleted row's is not used again. Spec: docs/decisions/031. */
  private insertWithdrawal(key: string, outs: string, dynamic: 0 | 1, nowMs: number): WithdrawalRow {
    const last = this.one<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'withdrawals'")?.seq ?? 0;
    const number = Math.max(Math.floor(nowMs), last + 1);
    if (number > VTEST_ID_MAX) throw fail('numbers-used-up', 'the last withdrawal has the highest number there is');
    return this.one<WithdrawalRow>(
      'INSERT INTO withdrawals (vtest_id, idempotency_key, outs, dynamic, created_ms) VALUES (?,?,?,?,?) RETURNING *',
      number,
      key,
      outs,
      dynamic,
      nowMs,
    )!;
  }

  setInfo(vtestId: number, info: string) {
    return this.run('UPDATE withdrawals SET vtest_info = ? WHERE vtest_id = ? AND vtest_info IS NULL', info, vtestId);
  }

  unsealed() {
    return this.all<WithdrawalRow>(
      "SELECT * FROM withdrawals WHERE vtest_info IS NULL AND status = 'waiting' ORDER BY vtest_id",
    );
  }

  /** The oldest that was not reported, of those behind `after`. */
  nextWithdrawal(after: number) {
    return this.one<WithdrawalRow>(
      "SELECT * FROM withdrawals WHERE status = 'waiting' AND vtest_info IS NOT NULL AND vtest_id > ? " +
        'ORDER BY vtest_id LIMIT 1',
      after,
    );
  }

  withdrawal(vtestId: number) {
    return this.one<WithdrawalRow>('SELECT * FROM withdrawals WHERE vtest_id = ?', vtestId);
  }

  withdrawals(limit: number) {
    return this.all<WithdrawalRow>('SELECT * FROM withdrawals ORDER BY vtest_id DESC LIMIT ?', limit);
  }

  /** True when this report is now (or was already) the one on record. */
  reportWithdrawal(vtestId: number, txHash: string | null, nowMs: number): boolean {
    const status = txHash === null ? 'failed' : 'sent';
    this.run(
      "UPDATE withdrawals SET status = ?, tx_hash = ?, reported_ms = ? WHERE vtest_id = ? AND status = 'waiting'",
      status,
      txHash,
      nowMs,
      vtestId,
    );
    const row = this.one<WithdrawalRow>('SELECT * FROM withdrawals WHERE vtest_id = ?', vtestId);
    return row !== undefined && row.status === status && row.tx_hash === txHash;
  }

  /**
   * Stores a pulled batch as unverified; only a failed one is replaced, or V's word on one list would count for
   * another (`batch-known`).
   */
  putBatch(
    side: 1 | 2,
    batchNo: number,
    list: { index: number; address: string }[],
    attestation: Attestation,
    nowMs: number,
  ): void {
    this.transaction(() => {
      const old = this.one<BatchRow>('SELECT * FROM batches WHERE side = ? AND batch_no = ?', side, batchNo);
      if (old && old.status !== BATCH_FAILED)
        throw fail('batch-known', 'this batch is ' + (old.status === BATCH_VERIFIED ? 'verified' : 'being verified'));
      this.run('DELETE FROM addresses WHERE side = ? AND batch_no = ?', side, batchNo);
      this.run(
        'INSERT OR REPLACE INTO batches VALUES (?,?,?,?,?,?)',
        side,
        batchNo,
        BATCH_UNVERIFIED,
        attestation,
        JSON.stringify(list),
        nowMs,
      );
      let added = 0;
      for (const item of list)
        added += this.run(
          'INSERT OR IGNORE INTO addresses (address, side, batch_no, idx) VALUES (?,?,?,?)',
          item.address,
          side,
          batchNo,
          item.index,
        );
      if (added !== list.length) throw fail('batch-overlap', 'an address of this batch is in another one');
    });
  }

  batch(side: number, batchNo: number) {
    return this.one<BatchRow>('SELECT * FROM batches WHERE side = ? AND batch_no = ?', side, batchNo);
  }

  nextBatch() {
    return this.one<BatchRow>(
      'SELECT * FROM batches WHERE status = ? ORDER BY pulled_ms, side, batch_no LIMIT 1',
      BATCH_UNVERIFIED,
    );
  }

  batches() {
    return this.all<BatchRow>(
      'SELECT side, batch_no, status, attestation, pulled_ms FROM batches ORDER BY side, batch_no',
    );
  }

  setAttestation(side: number, batchNo: number, attestation: Attestation) {
    return this.run('UPDATE batches SET attestation = ? WHERE side = ? AND batch_no = ?', attestation, side, batchNo);
  }

  /** True when the batch now has this status; V's first word on a list counts. */
  markBatch(side: number, batchNo: number, status: number): boolean {
    this.run(
      'UPDATE batches SET status = ? WHERE side = ? AND batch_no = ? AND status = ?',
      status,
      side,
      batchNo,
      BATCH_UNVERIFIED,
    );
    return (
      this.one<BatchRow>('SELECT status FROM batches WHERE side = ? AND batch_no = ?', side, batchNo)?.status === status
    );
  }

  /**
   * Gives out the next verified address that nobody has; the same `ref` answers the same address. Undefined: none
   * left.
   */
  giveAddress(side: 1 | 2, ref: string | null, nowMs: number): AddressRow | undefined {
    const mine =
      ref === null ? undefined : this.one<AddressRow>('SELECT * FROM addresses WHERE ref = ? AND side = ?', ref, side);
    if (mine) return mine;
    const row = this.one<AddressRow>(
      `UPDATE addresses SET given_ms = ?, ref = ? WHERE address = (
           SELECT a.address FROM addresses a JOIN batches b ON b.side = a.side AND b.batch_no = a.batch_no
           WHERE a.side = ? AND a.given_ms IS NULL AND b.status = ? AND b.attestation <> 'bad' ORDER BY a.idx LIMIT 1)
         RETURNING *`,
      nowMs,
      ref,
      side,
      BATCH_VERIFIED,
    );
    return row;
  }

  givenAddresses(limit: number) {
    return this.all<AddressRow>(
      'SELECT * FROM addresses WHERE given_ms IS NOT NULL ORDER BY given_ms DESC, idx DESC LIMIT ?',
      limit,
    );
  }

  /** Replaces what is known of one address: a deposit that a reorganisation took away disappears. */
  setDeposits(address: string, deposits: DepositRow[], nowMs: number): void {
    this.transaction(() => {
      this.run('DELETE FROM deposits WHERE address = ?', address);
      for (const row of deposits)
        this.run('INSERT INTO deposits VALUES (?,?,?,?,?)', address, row.tx_hash, row.sats, row.confirmations, nowMs);
    });
  }

  deposits() {
    return this.all<DepositRow>(
      'SELECT address, tx_hash, sats, confirmations FROM deposits ORDER BY seen_ms DESC, address, tx_hash LIMIT 1000',
    );
  }
}

export function openStore(file: string) {
  return new WebsiteStore(file);
}
