/**
 * What was paid, as the journal holds it: the rolling window's sums and everything ever signed under one user_tx_no.
 * Read from flash when asked, so the budget after a restart is what was written, never a fresh one.
 * Payments that compaction moved to an archive file are found there by their tag (cold/archive.ts).
 */
import { textBytes, concatBytes } from '../crypto/bytes';
import { sha256 } from '../crypto/index';
import { walk } from '../journal/journal';
import {
  PAID_ACCOUNT, PAID_ANCHOR, PAID_ANCHOR_BYTES, PAID_CONTENT, PAID_DEBIT, PAID_DEBIT_FEE, PAID_DIGEST_BYTES, PAID_FEE, PAID_FLAGS, PAID_FLAG_BUMP, PAID_REQUEST, PAID_SERIAL, PAID_TAG, PAID_TIME, PAID_TX,
  R_PAID, isEqualAt, readSats, readU32,
} from '../journal/records';
import type { Spent } from '../policy/policy';
import { addArchived, findArchived } from './archive';
import type { Cold } from './context';

/** Everything signed so far under a user_tx_no. */
export interface PaidBefore {
  count: number;
  /** Is there a record for this very transaction? For this very request (authority and all)? */
  hasTx: boolean;
  hasRequest: boolean;
  isSameContent: boolean;
  /** Outpoint that every transaction of this user_tx_no spends: txid 32 | vout u32; or, where the first one is archived, what stands for it. */
  anchor: Uint8Array;
  anchorDigest: Uint8Array | undefined;
  /** Highest fee signed for. */
  feeSats: number;
}

/** 16 octets that stand for an account's user_tx_no. */
export function paidTag(account: number, userTxNo: string): Uint8Array {
  return sha256(concatBytes([new Uint8Array([account]), textBytes(userTxNo)])).subarray(0, PAID_DIGEST_BYTES);
}

/** Sums of an account's window that ends now. Fee bumps count their extra fee and no payment. */
export function spentSince(cold: Cold, account: number, fromSeconds: number): Spent {
  const spent = { sats: 0, feeSats: 0, count: 0 };
  walk(cold.journal as any, function (type, payload) {
    if (type !== R_PAID || payload[PAID_ACCOUNT] !== account || readU32(payload, PAID_TIME) < fromSeconds || readU32(payload, PAID_SERIAL) <= cold.state.archivedSerial) return;
    spent.sats += readSats(payload, PAID_DEBIT);
    spent.feeSats += readSats(payload, PAID_DEBIT_FEE);
    if (!(payload[PAID_FLAGS] & PAID_FLAG_BUMP)) spent.count++;
  });
  addArchived(cold, account, fromSeconds, spent);
  return spent;
}

/** What was signed under the tag, archives first. request, content, tx: 16 octets each; tx may be left out while it is not known. */
export function paidBefore(cold: Cold, account: number, tag: Uint8Array, request: Uint8Array, content: Uint8Array, tx: Uint8Array | undefined): PaidBefore {
  const found: PaidBefore = { count: 0, hasTx: false, hasRequest: false, isSameContent: true, anchor: new Uint8Array(PAID_ANCHOR_BYTES), anchorDigest: undefined, feeSats: 0 };
  findArchived(cold, account, tag, request, content, tx, found);
  walk(cold.journal as any, function (type, payload) {
    if (type !== R_PAID || payload[PAID_ACCOUNT] !== account || !isEqualAt(payload, PAID_TAG, tag, PAID_DIGEST_BYTES) || readU32(payload, PAID_SERIAL) <= cold.state.archivedSerial) return;
    if (!found.count) for (let i = 0; i < PAID_ANCHOR_BYTES; i++) found.anchor[i] = payload[PAID_ANCHOR + i];
    found.count++;
    if (tx && isEqualAt(payload, PAID_TX, tx, PAID_DIGEST_BYTES)) found.hasTx = true;
    if (isEqualAt(payload, PAID_REQUEST, request, PAID_DIGEST_BYTES)) found.hasRequest = true;
    if (!isEqualAt(payload, PAID_CONTENT, content, PAID_DIGEST_BYTES)) found.isSameContent = false;
    const feeSats = readSats(payload, PAID_FEE);
    if (feeSats > found.feeSats) found.feeSats = feeSats;
  });
  return found;
}
