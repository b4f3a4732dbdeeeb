/**
 * **The record that a payment leaves on flash**: R_PAYMENT, whose fields firmware/journal/flash-records.ts declares,
 * and the audit entry before it. It is durable before recordPayment returns; signatures are made after that. Leaves to
 * others: whether the payment may be made (signing/checks.ts). Spec: SPEC.md 5.3.
 */
import type { Cold } from '../cold';
import type { Signing } from '../signing/signing';
import type { SignedBefore } from './payment';
import { isArchiveDue } from './tidy';
import { archiveOldest } from './archive';
import { requireRoom } from './retire';
import { addedFee } from './ledger';
import {
  PAYMENT_BYTES,
  writeU32,
  PAYMENT_SERIAL,
  PAYMENT_ACCOUNT,
  PAYMENT_FLAGS,
  PAYMENT_FLAG_BUMP,
  PAYMENT_TIME,
  PAYMENT_TAG,
  PAYMENT_CONTENT,
  PAYMENT_TX,
  PAYMENT_ANCHOR_BYTES,
  PAYMENT_ANCHOR,
  writeSats,
  PAYMENT_DEBIT,
  PAYMENT_FEE,
  PAYMENT_CHANGE,
  R_PAYMENT,
} from '../../journal/records';
import { AUDIT_SIGNED } from '../../journal/audit-codes';
import { nowSeconds, audit, save } from '../state/store';
import { readInput } from '../signing/tx/draft';

/**
 * Records a payment that was checked. before: what was signed under its user_tx_no; tx: its id, 32 bytes. The log has
 * it first: nothing is signed that it does not list. Throws the refusals of requireRoom and archiveOldest,
 * `flash-failed`, `journal-full`.
 */
export function recordPayment(cold: Cold, signing: Signing, before: SignedBefore, tx: Uint8Array): void {
  requireRoom(cold, signing.account);
  if (isArchiveDue(cold)) archiveOldest(cold);
  const draft = signing.draft;
  const isBump = before.count > 0;
  const extraFee = addedFee(draft.feeSats, before);
  const payload = new Uint8Array(PAYMENT_BYTES);
  writeU32(payload, PAYMENT_SERIAL, cold.state.paymentSerial + 1);
  payload[PAYMENT_ACCOUNT] = signing.account;
  payload[PAYMENT_FLAGS] = isBump ? PAYMENT_FLAG_BUMP : 0;
  writeU32(payload, PAYMENT_TIME, nowSeconds(cold));
  payload.set(signing.tag, PAYMENT_TAG);
  payload.set(signing.content, PAYMENT_CONTENT);
  payload.set(tx, PAYMENT_TX);
  payload.set(isBump ? before.anchor : readInput(draft, 0).subarray(0, PAYMENT_ANCHOR_BYTES), PAYMENT_ANCHOR);
  writeSats(payload, PAYMENT_DEBIT, isBump ? extraFee : draft.amountSats);
  writeSats(payload, PAYMENT_FEE, before.feeSats + extraFee);
  writeU32(payload, PAYMENT_CHANGE, signing.changeIndex === null ? 0 : signing.changeIndex + 1);
  audit(cold, AUDIT_SIGNED, signing.account, payload.subarray(PAYMENT_TAG, PAYMENT_TAG + 8));
  save(cold, R_PAYMENT, payload);
  cold.counters.signed++;
  cold.sumsDue |= 1 << signing.account;
}
