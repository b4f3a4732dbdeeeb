/**
 * What was paid, as the journal holds it: the rolling window's sums and everything ever signed under one user_tx_no.
 * Read from flash when asked, so the budget after a restart is what was written, never a fresh one.
 * Payments that compaction moved to an archive file are found there by their tag (payments/archive.ts).
 */
import { textBytes, concatBytes } from '../../crypto/bytes';
import { sha256 } from '../../crypto/index';
import { walk } from '../../journal/journal';
import {
  PAYMENT_ACCOUNT,
  PAYMENT_ANCHOR,
  PAYMENT_ANCHOR_BYTES,
  PAYMENT_CHANGE,
  PAYMENT_CONTENT,
  PAYMENT_DEBIT,
  PAYMENT_DIGEST_BYTES,
  PAYMENT_FEE,
  PAYMENT_FLAGS,
  PAYMENT_SERIAL,
  PAYMENT_TAG,
  PAYMENT_TAG_BYTES,
  PAYMENT_TIME,
  PAYMENT_TX,
  R_PAYMENT,
  isEqualAt,
  readSats,
  readU32,
} from '../../journal/records';
import type { Spent } from '../signing/policy';
import { addArchived, addDebit, changeNextArchived, findArchived } from './archive';
import type { Cold } from '../cold';

/** Everything signed so far under a user_tx_no, and the account's highest change index. */
export interface SignedBefore {
  /** Transactions signed. */
  count: number;
  /**
   * Does the journal hold this very transaction? An archive does not tell: there it is a replacement that adds no fee.
   */
  hasTx: boolean;
  /** False: the outs text is another one. Where only an archive holds the number, `archived` tells. */
  isSameContent: boolean;
  /** Outpoint that every transaction of this user_tx_no spends: txid 32 | vout u32. */
  anchor: Uint8Array;
  /** What stands for content and anchor where only an archive holds the number: 32 octets, archivedDigest(). */
  archived: Uint8Array | undefined;
  /** Highest fee signed for. */
  feeSats: number;
  /** One above the highest change index signed for the account under any number. */
  changeNext: number;
}

/** 16 octets that stand for an account's user_tx_no. */
export function paymentTag(account: number, userTxNo: string): Uint8Array {
  return sha256(concatBytes([new Uint8Array([account]), textBytes(userTxNo)])).subarray(0, PAYMENT_TAG_BYTES);
}

/** Sums of an account's window that ends now. Fee bumps count their extra fee and no payment. */
export function spentSince(cold: Cold, account: number, fromSeconds: number): Spent {
  const spent = { sats: 0, feeSats: 0, count: 0 };
  walk(cold.journal as any, function (type, payload) {
    if (
      type !== R_PAYMENT ||
      payload[PAYMENT_ACCOUNT] !== account ||
      readU32(payload, PAYMENT_TIME) < fromSeconds ||
      readU32(payload, PAYMENT_SERIAL) <= cold.state.archivedSerial
    )
      return;
    addDebit(spent, payload[PAYMENT_FLAGS], readSats(payload, PAYMENT_DEBIT), readSats(payload, PAYMENT_FEE));
  });
  addArchived(cold, account, fromSeconds, spent);
  return spent;
}

/**
 * What was signed under the tag, archives first. content, tx: 32 octets each; tx may be left out while it is not known.
 */
export function signedBefore(
  cold: Cold,
  account: number,
  tag: Uint8Array,
  content: Uint8Array,
  tx: Uint8Array | undefined,
): SignedBefore {
  const found: SignedBefore = {
    count: 0,
    hasTx: false,
    isSameContent: true,
    anchor: new Uint8Array(PAYMENT_ANCHOR_BYTES),
    archived: undefined,
    feeSats: 0,
    changeNext: changeNextArchived(cold, account),
  };
  findArchived(cold, tag, found);
  walk(cold.journal as any, function (type, payload) {
    if (
      type !== R_PAYMENT ||
      payload[PAYMENT_ACCOUNT] !== account ||
      readU32(payload, PAYMENT_SERIAL) <= cold.state.archivedSerial
    )
      return;
    const changeNext = readU32(payload, PAYMENT_CHANGE);
    if (changeNext > found.changeNext) found.changeNext = changeNext;
    if (!isEqualAt(payload, PAYMENT_TAG, tag, PAYMENT_TAG_BYTES)) return;
    for (let i = 0; i < PAYMENT_ANCHOR_BYTES; i++) found.anchor[i] = payload[PAYMENT_ANCHOR + i];
    found.archived = undefined;
    found.count++;
    if (tx && isEqualAt(payload, PAYMENT_TX, tx, PAYMENT_DIGEST_BYTES)) found.hasTx = true;
    if (!isEqualAt(payload, PAYMENT_CONTENT, content, PAYMENT_DIGEST_BYTES)) found.isSameContent = false;
    const feeSats = readSats(payload, PAYMENT_FEE);
    if (feeSats > found.feeSats) found.feeSats = feeSats;
  });
  return found;
}
