/**
 * Sums of an account's rolling window: what it spent in the last so many seconds, from the journal and the archives.
 * Read from flash when asked, so the budget after a restart is what was written, never a fresh one.
 */
import type { Cold } from '../cold';
import type { Spent } from '../../../protocol/request/policy';
import { walk } from '../../journal/journal';
import {
  R_PAYMENT,
  PAYMENT_ACCOUNT,
  readU32,
  PAYMENT_TIME,
  PAYMENT_SERIAL,
  PAYMENT_FLAGS,
  readSats,
  PAYMENT_DEBIT,
  PAYMENT_FEE,
} from '../../journal/records';
import { addDebit } from './payment';
import { addArchived } from './archive';

/** Sums of an account's window that ends now. Fee bumps count their extra fee and no payment. */
export function spentSince(cold: Cold, account: number, fromSeconds: number): Spent {
  const spent = { sats: 0, feeSats: 0, count: 0 };
  walk(cold.journal!, function (type, payload) {
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
