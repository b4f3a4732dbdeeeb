// What V keeps of approvals: withdrawals that wait for one or have one, and the scripts that approved payments paid.

import type { SqlFile } from '../../kit/sql/sql-file';

/** A withdrawal that needs a person's word. It is for this content alone: another one under the id has none. */
export interface Approval {
  vtest_id: string;
  /** Of the sealed withdrawal. */
  info_hash: string;
  sats: number;
  outputs: number;
  first_address: string;
  /** The code that was sent to the admins; null: none was, or it was used. */
  code: string | null;
  /** When the code was sent, ms of VContext.steadyMs(). */
  asked_ms: number;
  /** When the website last offered it, to an hour. */
  seen_ms: number;
  /** approved, dismissed: said by a person. */
  word: 'waiting' | 'approved' | 'dismissed';
}

export class ApprovalTable {
  constructor(private readonly db: SqlFile) {}

  of(id: string): Approval | undefined {
    return this.db.one<Approval>('SELECT * FROM approvals WHERE vtest_id = ?', id);
  }

  /** The waiting one that was asked for with this code. */
  ofCode(code: string): Approval | undefined {
    return this.db.one<Approval>("SELECT * FROM approvals WHERE code = ? AND word = 'waiting'", code);
  }

  /** Those that wait and were offered since. */
  waiting(seenSinceMs: number): Approval[] {
    return this.db.all<Approval>(
      "SELECT * FROM approvals WHERE word = 'waiting' AND seen_ms >= ? ORDER BY vtest_id",
      seenSinceMs,
    );
  }

  put(row: Approval): void {
    this.db.run(
      'INSERT OR REPLACE INTO approvals VALUES (?,?,?,?,?,?,?,?,?)',
      row.vtest_id,
      row.info_hash,
      row.sats,
      row.outputs,
      row.first_address,
      row.code,
      row.asked_ms,
      row.seen_ms,
      row.word,
    );
  }

  /** Forgets one that waits: it went without. */
  drop(id: string): void {
    this.db.run("DELETE FROM approvals WHERE word = 'waiting' AND vtest_id = ?", id);
  }

  /** Forgets those that wait and were not offered since. */
  prune(seenSinceMs: number): void {
    this.db.run("DELETE FROM approvals WHERE word = 'waiting' AND seen_ms < ?", seenSinceMs);
  }

  /** Satoshi authorised since `sinceMs` that no person approved. */
  unapprovedSince(sinceMs: number): number {
    const row = this.db.one<{ sats: number | null }>(
      'SELECT SUM(w.sats) AS sats FROM withdrawals w LEFT JOIN approvals a ' +
        "ON a.vtest_id = w.vtest_id AND a.info_hash = w.info_hash AND a.word = 'approved' " +
        'WHERE w.authorised_ms >= ? AND a.vtest_id IS NULL',
      sinceMs,
    );
    return row?.sats ?? 0;
  }

  /** script: hex. One that is known stays known since it was. */
  addDestination(script: string, sinceMs: number): void {
    this.db.run('INSERT OR IGNORE INTO destinations VALUES (?,?)', script, sinceMs);
  }

  isKnown(script: string, untilMs: number): boolean {
    return this.db.one('SELECT 1 FROM destinations WHERE script = ? AND since_ms <= ?', script, untilMs) !== undefined;
  }
}
