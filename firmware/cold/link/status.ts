/**
 * COLD_STATUS: what the link may know of the board. Public data. Spec: SPEC.md 5.2.
 */
import type { Cold } from '../cold';
import type { Reply } from './refusal';
import type { CborValue } from '../../../protocol/cbor/types';
import { openOf } from '../state/channels';
import { requireAccount } from '../state/accounts';
import { isClosed } from '../state/state';
import { nowSeconds } from '../state/store';
import { roomPayments } from '../payments/tidy';
import { LINK_VERSION_MAX } from '../../../protocol/wire';

/**
 * Replies [device state, unix seconds, board, commit, link version, [[account, state, channel id or 0] ...], payments,
 * room for payments, signed, refused, SMS ignored, SMS queued].
 */
export function coldStatus(cold: Cold, reply: Reply): void {
  const accounts: CborValue[] = [];
  for (let n = 0; n < cold.state.accountCount; n++) {
    const channel = cold.keys && openOf(cold, requireAccount(cold, n)).channel;
    accounts.push([n, isClosed(cold.state, n) ? 2 : 1, channel ? channel.id : 0]);
  }
  const device = !cold.state.isProvisioned ? 1 : cold.keys ? 3 : 2;
  reply([
    device,
    nowSeconds(cold),
    cold.hal.board,
    cold.hal.commit,
    LINK_VERSION_MAX,
    accounts,
    cold.state.paymentSerial,
    roomPayments(cold),
    cold.counters.signed,
    cold.counters.refusals,
    cold.counters.ignoredSms,
    cold.modem ? cold.modem.queue.length : 0,
  ]);
}
