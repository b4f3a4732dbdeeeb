// V's memory on disk: withdrawals it has seen, batches it has judged, sealed channel records, counters, the modem's
// send queue. Every write is on disk before anything leaves V, so a restart at any point finds out what was promised.

import { openSqlFile, type SqlFile } from '../kit/sql/sql-file';
import type { Spent } from '../../protocol/request/policy';
import { ApprovalTable } from './admins/approval-table';
import { MIGRATIONS } from './schema';
import { hex, unhex, type Sealer } from './seal';

/**
 * refused: V said no and made no authority; authorised: an authority exists, the API may or may not have it;
 * posted: the API has it; sent, failed: final.
 */
export type WithdrawalState = 'refused' | 'authorised' | 'posted' | 'sent' | 'failed';

export interface Withdrawal {
  vtest_id: string;
  info_hash: string;
  outs: string;
  dynamic: 0 | 1;
  confirmed: 0 | 1;
  sats: number;
  state: WithdrawalState;
  channel_id: number | null;
  vc_code: string | null;
  /** Most that its authority allows for fees; null: it covers none. */
  max_fee_sats: number | null;
  authorised_ms: number | null;
  /** Attempts of the present step. */
  tries: number;
  tx_hash: string | null;
  reported: 0 | 1;
}

export interface Batch {
  side: 1 | 2;
  batch_no: number;
  /** Hex of the v2 digest. */
  digest: string;
  /** The text of docs/published-app.md 8; emptied when judged. */
  content: string;
  state: 'asking' | 'verified' | 'failed';
  asked_ms: number;
  next_ask_ms: number;
  tries: number;
  reported: 0 | 1;
}

export type State = ReturnType<typeof openState>;

class StateFile {
  private readonly db: SqlFile = openSqlFile(this.file, MIGRATIONS);
  private readonly all = this.db.all;
  private readonly one = this.db.one;
  private readonly run = this.db.run;
  readonly approvals = new ApprovalTable(this.db);
  readonly transaction = this.db.transaction;
  /** After a secret was replaced: nothing of the old one stays on disk. */
  readonly scrub = this.db.scrub;
  readonly close = this.db.close;
  /** The modem driver's send queue. */
  readonly sendStore = {
    readPlace: (id: number) =>
      unhex(this.all<{ bytes: string }>('SELECT bytes FROM sms_queue WHERE id = ?', id)[0]?.bytes ?? ''),
    writePlace: (id: number, bytes: Uint8Array) =>
      void (bytes.length
        ? this.run('INSERT OR REPLACE INTO sms_queue VALUES (?,?)', id, hex(bytes))
        : this.run('DELETE FROM sms_queue WHERE id = ?', id)),
  };

  constructor(
    private readonly file: string,
    private readonly sealer: Sealer,
  ) {}

  private getMeta(name: string) {
    return this.one<{ value: string }>('SELECT value FROM meta WHERE name = ?', name)?.value;
  }

  private setMeta(name: string, value: string | null) {
    return value === null
      ? this.run('DELETE FROM meta WHERE name = ?', name)
      : this.run('INSERT OR REPLACE INTO meta VALUES (?,?)', name, value);
  }

  getNumber(name: string, otherwise: number) {
    return Number(this.getMeta(name) ?? otherwise);
  }

  setNumber(name: string, value: number) {
    this.setMeta(name, String(value));
  }

  getText(name: string) {
    return this.getMeta(name) ?? null;
  }

  setText(name: string, value: string | null) {
    this.setMeta(name, value);
  }

  count(name: string) {
    this.run('INSERT INTO meta VALUES (?,1) ON CONFLICT (name) DO UPDATE SET value = value + 1', name);
  }

  /** Sealed records. Undefined when there is none. */
  getSecret<Secret>(name: string): Secret | undefined {
    const text = this.getMeta(name);
    return text === undefined ? undefined : (this.sealer.open(name, text) as Secret);
  }

  setSecret(name: string, value: unknown) {
    this.setMeta(name, value === undefined ? null : this.sealer.seal(name, value));
  }

  withdrawal(id: string) {
    return this.one<Withdrawal>('SELECT * FROM withdrawals WHERE vtest_id = ?', id);
  }

  withdrawalOfInfo(infoHash: string) {
    return this.one<Withdrawal>('SELECT * FROM withdrawals WHERE info_hash = ?', infoHash);
  }

  /** The one that is under way: authorised or further, and not reported. */
  openWithdrawal() {
    return this.one<Withdrawal>(
      "SELECT * FROM withdrawals WHERE reported = 0 AND state <> 'refused' ORDER BY authorised_ms LIMIT 1",
    );
  }

  putWithdrawal(row: Withdrawal): void {
    this.run(
      'INSERT OR REPLACE INTO withdrawals VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)',
      row.vtest_id,
      row.info_hash,
      row.outs,
      row.dynamic,
      row.confirmed,
      row.sats,
      row.state,
      row.channel_id,
      row.vc_code,
      row.authorised_ms,
      row.tries,
      row.tx_hash,
      row.reported,
      row.max_fee_sats,
    );
  }

  /**
   * Authorised since `sinceMs`, also by a clock that was ahead of this one. What the API calls failed counts too:
   * only its word says so.
   */
  spentSince(sinceMs: number): Spent {
    const row = this.one<{ count: number; sats: number | null; feeSats: number | null }>(
      'SELECT COUNT(*) AS count, SUM(w.sats) AS sats, SUM(f.sats) AS feeSats FROM withdrawals w LEFT ' +
        'JOIN fees f ON f.vtest_id = w.vtest_id WHERE w.authorised_ms >= ?',
      sinceMs,
    )!;
    return { sats: row.sats ?? 0, feeSats: row.feeSats ?? 0, count: row.count };
  }

  /** The fee that a withdrawal's transaction paid, as the API shows it. */
  putFee(id: string, sats: number) {
    this.run('INSERT OR REPLACE INTO fees VALUES (?,?)', id, sats);
  }

  sentTotals() {
    return this.one<{ count: number; sats: number | null }>(
      "SELECT COUNT(*) AS count, SUM(sats) AS sats FROM withdrawals WHERE state = 'sent'",
    )!;
  }

  batch(side: number, batchNo: number, digest: string) {
    return this.one<Batch>(
      'SELECT * FROM batches WHERE side = ? AND batch_no = ? AND digest = ?',
      side,
      batchNo,
      digest,
    );
  }

  batchesOf(side: number, batchNo: number) {
    return this.all<Batch>('SELECT * FROM batches WHERE side = ? AND batch_no = ?', side, batchNo);
  }

  askingBatches() {
    return this.all<Batch>("SELECT * FROM batches WHERE state = 'asking' ORDER BY side, batch_no");
  }

  unreportedBatches() {
    return this.all<Batch>("SELECT * FROM batches WHERE state <> 'asking' AND reported = 0 ORDER BY side, batch_no");
  }

  putBatch(row: Batch): void {
    this.run(
      'INSERT OR REPLACE INTO batches VALUES (?,?,?,?,?,?,?,?,?)',
      row.side,
      row.batch_no,
      row.digest,
      row.content,
      row.state,
      row.asked_ms,
      row.next_ask_ms,
      row.tries,
      row.reported,
    );
  }

  dropAskingBatches(side: number, batchNo: number) {
    this.run("DELETE FROM batches WHERE side = ? AND batch_no = ? AND state = 'asking'", side, batchNo);
  }

  batchCounts() {
    return this.all<{ state: string; count: number }>('SELECT state, COUNT(*) AS count FROM batches GROUP BY state');
  }
}

export function openState(file: string, sealer: Sealer) {
  return new StateFile(file, sealer);
}
