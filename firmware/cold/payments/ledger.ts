/**
 * The ledger: every transaction ever signed under a user_tx_no, from the journal and the archives (archive.ts). Read
 * from flash when asked, so a restart forgets nothing.
 */
import {
  PAYMENT_ANCHOR_BYTES,
  R_PAYMENT,
  PAYMENT_ACCOUNT,
  readU32,
  PAYMENT_SERIAL,
  PAYMENT_CHANGE,
  isEqualAt,
  PAYMENT_TAG_BYTES,
  PAYMENT_TAG,
  PAYMENT_ANCHOR,
  PAYMENT_TX,
  PAYMENT_CONTENT_BYTES,
  PAYMENT_TX_BYTES,
  PAYMENT_CONTENT,
  readSats,
  PAYMENT_FEE,
} from '../../journal/records';
import type { Cold } from '../cold';
import type { SignedBefore } from './payment';
import { changeNextArchived, findArchived } from './archive';
import { walk } from '../../journal/journal';

/**
 * What was signed under the tag, archives first. content, tx: 32 bytes each; tx may be left out while it is not known.
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
  findArchived(cold, account, tag, found);
  walk(cold.journal!, function (type, payload) {
    if (
      type !== R_PAYMENT ||
      payload[PAYMENT_ACCOUNT] !== account ||
      readU32(payload, PAYMENT_SERIAL) <= cold.state.archivedSerial
    )
      return;
    const changeNext = readU32(payload, PAYMENT_CHANGE);
    if (changeNext > found.changeNext) found.changeNext = changeNext;
    if (!isEqualAt(payload, PAYMENT_TAG, tag, PAYMENT_TAG_BYTES)) return;
    found.anchor.set(payload.subarray(PAYMENT_ANCHOR, PAYMENT_ANCHOR + PAYMENT_ANCHOR_BYTES));
    found.archived = undefined;
    found.count++;
    if (tx && isEqualAt(payload, PAYMENT_TX, tx, PAYMENT_TX_BYTES)) found.hasTx = true;
    if (!isEqualAt(payload, PAYMENT_CONTENT, content, PAYMENT_CONTENT_BYTES)) found.isSameContent = false;
    const feeSats = readSats(payload, PAYMENT_FEE);
    if (feeSats > found.feeSats) found.feeSats = feeSats;
  });
  return found;
}

/** What a transaction's fee adds to the highest one signed for under its user_tx_no. */
export function addedFee(feeSats: number, before: SignedBefore): number {
  return feeSats > before.feeSats ? feeSats - before.feeSats : 0;
}
