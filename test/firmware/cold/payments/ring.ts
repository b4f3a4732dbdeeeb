// A board's durable code alone, paying under numbers and names, and what it says of each of them afterwards.
import { archiveOldest } from '../../../../firmware/cold/payments/archive';
import { signedBefore } from '../../../../firmware/cold/payments/ledger';
import { paymentTag } from '../../../../firmware/cold/payments/number';
import { isRetiringDue, retireOldest } from '../../../../firmware/cold/payments/retire';
import { isArchiveDue } from '../../../../firmware/cold/payments/tidy';
import { applyRefusal } from '../../../../firmware/cold/link/refuse';
import { letGoAccount } from '../../../../firmware/cold/state/accounts';
import { saveCbor } from '../../../../firmware/cold/state/store';
import type { Thrown } from '../../../../firmware/cold/link/refusal';
import { R_ACCOUNT } from '../../../../firmware/journal/records';
import { compact } from '../../../../firmware/journal/journal';
import { makeMachine, POLICY, record, signingFor, type Machine } from '../../model/world';

export const HOUR_S = 3600;
/** Between two payments: three days of them are fewer than the share of four pages. */
export const GAP_S = 2 * HOUR_S;

/** A ring of so many pages, and accounts beside account 0. */
export function ringMachine(pages: number, accounts = 1): Machine {
  const machine = makeMachine({ archivePages: pages });
  for (let n = 1; n < accounts; n++)
    saveCbor(machine.cold, R_ACCOUNT, [
      n,
      `model ${n}`,
      'regtest',
      'p2wpkh',
      new Uint8Array(33),
      new Uint8Array(33),
      [],
      [],
      'x',
      POLICY,
      2,
    ]);
  return machine;
}

export function passTime(machine: Machine, seconds: number): void {
  machine.model.now += seconds;
  machine.cold.hal.clock.setUnixSeconds(machine.model.now);
}

/**
 * Asks for a payment of 100 satoshi under a user_tx_no, which spends the coin of that number. Returns 'ok' or the tag
 * of the refusal.
 */
export function payAs(machine: Machine, userTxNo: string, coin: number, account = 0): string {
  const { cold } = machine;
  const op = { kind: 'pay' as const, number: 0, content: 7, coins: [coin], sats: 100, fee: 1, change: -1 };
  const signing = { ...signingFor(machine, op), account, tag: paymentTag(account, userTxNo) };
  try {
    record(
      cold,
      signing,
      Uint8Array.from({ length: 32 }, (_, i) => coin >> (8 * (i & 3))),
    );
    return 'ok';
  } catch (error) {
    const thrown = applyRefusal(cold, error as Thrown);
    if (thrown.refusal === undefined) throw error;
    return thrown.code;
  } finally {
    letGoAccount(cold);
  }
}

/** What the board's housekeeping does about payments. */
export function tidy(machine: Machine): void {
  const { cold } = machine;
  while (isRetiringDue(cold) && retireOldest(cold));
  if (isArchiveDue(cold)) {
    archiveOldest(cold);
    compact(cold.journal!);
  }
}

/** Asks for another payment under a user_tx_no that was paid; 'no-common-coin': it is known, 'old': forgotten. */
export function probe(machine: Machine, userTxNo: string, account = 0): string {
  return payAs(machine, userTxNo, 0xfffff, account);
}

/** Does the ledger know account 0's payment of that user_tx_no? */
export function numberFound(machine: Machine, userTxNo: string): boolean {
  const none = new Uint8Array(32);
  return signedBefore(machine.cold, 0, paymentTag(0, userTxNo), none, none).count > 0;
}
