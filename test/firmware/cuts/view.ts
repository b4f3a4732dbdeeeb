// What a board would remember after a restart, read from a copy of its flash and files with the firmware's own reader.
// Left out is what may differ without meaning anything: counts of starts and of log entries, the clock's floor, the
// generator, sealed channels.
import { openStore } from '../../../firmware/cold/state/open-store';
import { accountRecordAt, makeState } from '../../../firmware/cold/state/state';
import type { Cold } from '../../../firmware/cold/cold';
import { readDevice } from '../../../firmware/journal/device';
import { readRecord } from '../../../firmware/journal/journal';
import { R_ALLOW, readU32 } from '../../../firmware/journal/records';
import { FakeFlash, type FakeBoard } from '../fake-hal';
import { spentSince } from '../../../firmware/cold/payments/window';
import { requireAccount } from '../../../firmware/cold/state/accounts';

const hex = (bytes: Uint8Array | undefined): string => (bytes ? Buffer.from(bytes).toString('hex') : '');

/** Each part of it by name, or what is wrong: `new`, or the code of the board's fault. */
export type View = { [part: string]: string };

/** A board's state read from a copy of its flash, or what is wrong. */
function coldOf(board: FakeBoard): Cold | string {
  const flash = new FakeFlash(board.flash.pageCount, board.flash.archivePages);
  flash.archived.set(board.flash.archived);
  flash.cells.set(board.flash.cells);
  const device = readDevice(flash);
  if (!device?.isReady) return 'new';
  const files = new Map(board.files);
  const hal = {
    flash,
    files: { readFile: (name: string) => files.get(name), writeFile: () => true, eraseFile: () => undefined },
    clock: { wallSeconds: () => 0 },
  };
  const cold = { hal, device, state: makeState(), counters: {} } as unknown as Cold;
  try {
    openStore(cold, false);
  } catch (error) {
    return (error as { code: string }).code;
  }
  return cold;
}

/** When account 0 was refused, as far as the board counts it: seconds since 1970. */
export function refusalTimes(board: FakeBoard): number[] {
  const cold = coldOf(board);
  if (typeof cold === 'string') return [];
  const { refusalTimes: bytes } = requireAccount(cold, 0);
  return Array.from({ length: bytes.length / 4 }, (_, i) => readU32(bytes, 4 * i));
}

export function viewOf(board: FakeBoard): View {
  const cold = coldOf(board);
  if (typeof cold === 'string') return { fault: cold };
  const { state } = cold;
  const accounts = Array.from({ length: state.accountCount }, (_, n) => ({ ...requireAccount(cold, n) }));
  const spent = accounts.map((account) => spentSince(cold, account.n, 0));
  return {
    fault: '',
    accounts: JSON.stringify(
      accounts.map((it) => [
        it.n,
        it.name,
        it.network,
        it.script,
        hex(it.vIdentity),
        hex(it.identity),
        it.vPhones,
        it.adminPhones,
        it.payout,
        it.policy,
        it.protos,
      ]),
    ),
    allow: accounts
      .map((it) =>
        accountRecordAt(state, R_ALLOW, it.n)
          ? hex(readRecord(cold.journal!, accountRecordAt(state, R_ALLOW, it.n)))
          : '',
      )
      .join(' '),
    closed: accounts.map((it) => it.closed).join(' '),
    refusals: accounts.map((it) => it.refusalTimes.length / 4).join(' '),
    alarm: accounts.map((it) => it.alarm).join(' '),
    settings: JSON.stringify([state.phones, state.isUnattended]),
    link: hex(state.linkKey),
    pin: String(state.pinFailures),
    paid: JSON.stringify([state.paymentSerial, spent]),
    heartbeat: state.heartbeatSeconds ? 'sent' : '',
    archived: String(state.archiveCount),
  };
}

/** Names of the parts in which two views differ. */
export function differences(a: View, b: View): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((part) => a[part] !== b[part]);
}
