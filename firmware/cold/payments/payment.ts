/**
 * Shapes of what was paid, for the journal's records and the archives alike. A payment in reading order: record.ts
 * (what it leaves on flash), ledger.ts (what was signed under its number), window.ts (rolling sums), archive.ts (the
 * oldest, in groups.ts), tidy.ts (when they are archived), retire.ts (when they are let go), number.ts (what they are
 * known by).
 */
import type { Spent } from '../../../protocol/request/policy';
import { PAYMENT_FLAG_BUMP } from '../../journal/records';

/** Everything signed so far under a user_tx_no, and the account's highest change index. */
export interface SignedBefore {
  /** Transactions signed. */
  count: number;
  /**
   * Does the journal hold this very transaction? Of an archive that is unknown: there it counts as a replacement that
   * adds no fee.
   */
  hasTx: boolean;
  /** False: the outs text is another one. Where only an archive holds the number, `archived` says. */
  isSameContent: boolean;
  /** Outpoint that every transaction of this user_tx_no spends: txid 32 | vout u32. */
  anchor: Uint8Array;
  /** What stands for content and anchor where only an archive holds the number: 32 bytes, archivedDigest(). */
  archived: Uint8Array | undefined;
  /** Highest fee signed for. */
  feeSats: number;
  /** One above the highest change index signed for the account under any number. */
  changeNext: number;
}

/** Adds one payment or replacement to the sums. debitSats, feeSats: as in R_PAYMENT. */
export function addDebit(spent: Spent, flags: number, debitSats: number, feeSats: number): void {
  if (flags & PAYMENT_FLAG_BUMP) {
    spent.feeSats += debitSats;
    return;
  }
  spent.sats += debitSats;
  spent.feeSats += feeSats;
  spent.count++;
}
