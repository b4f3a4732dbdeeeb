// Boards and payments from which the operations of operations.ts begin.
import { openStore } from '../../../firmware/cold/state/open-store';
import { paymentTag } from '../../../firmware/cold/payments/number';
import { makeState } from '../../../firmware/cold/state/state';
import { save } from '../../../firmware/cold/state/store';
import type { Cold } from '../../../firmware/cold/cold';
import { readDevice } from '../../../firmware/journal/device';
import {
  PAYMENT_ACCOUNT,
  PAYMENT_BYTES,
  PAYMENT_DEBIT,
  PAYMENT_SERIAL,
  PAYMENT_TAG,
  PAYMENT_TIME,
  R_PAYMENT,
  writeSats,
  writeU32,
} from '../../../firmware/journal/records';
import { backup, restore, setPhones, setTime } from '../../../host/operator';
import { makeCoin, out, pay, refusalOf, type Payment } from '../payments';
import { ADMIN_NUMBER, channelRig, DICE, makeRig, PIN, readyRig, START_S, wake, type Rig } from '../rig';

export const PAYOUT = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';

export const payment = (rig: Rig, more: Partial<Payment> = {}): Payment => ({
  userTxNo: '1',
  outs: out(50_000),
  coins: [makeCoin(rig, { sats: 100_000 })],
  feeSats: 1000,
  ...more,
});
export const forged = (rig: Rig): Promise<unknown> =>
  refusalOf(pay(rig, payment(rig, { userTxNo: 'f', authority: new Uint8Array(32).fill(1) })));

/** The modem of a rig is ready: what is sent goes out. */
export async function settled(rig: Rig): Promise<Rig> {
  await rig.world.run(30_000);
  return rig;
}

/** HSM-Cold of a rig that is off, no more of it than its store. */
export function storeOf(rig: Rig): Cold {
  const { hal, flash } = rig.cold;
  const cold = { hal, device: readDevice(flash), state: makeState(), counters: {} } as unknown as Cold;
  openStore(cold, false);
  return cold;
}

/** Writes payments into a board's journal as the firmware would, without making them. */
export function fill(rig: Rig, count: number): void {
  rig.coldOff();
  const cold = storeOf(rig);
  for (let n = 1; n <= count; n++) {
    const payload = new Uint8Array(PAYMENT_BYTES);
    writeU32(payload, PAYMENT_SERIAL, cold.state.paymentSerial + 1);
    payload[PAYMENT_ACCOUNT] = 0;
    writeU32(payload, PAYMENT_TIME, START_S + n);
    payload.set(paymentTag(0, `filled ${n}`), PAYMENT_TAG);
    writeSats(payload, PAYMENT_DEBIT, 1000 + n);
    save(cold, R_PAYMENT, payload);
  }
  rig.coldOn();
}

export async function payFilled(count: number): Promise<Rig> {
  const rig = await channelRig();
  fill(rig, count);
  await wake(rig);
  return rig;
}

let backupText: Promise<{ text: string; words: string[] }> | undefined;
export async function aBackup(): Promise<{ text: string; words: string[] }> {
  backupText ??= (async () => {
    const rig = await channelRig();
    await pay(rig, payment(rig));
    return { text: await rig.world.finish(backup(rig.coldConsole, PIN)), words: rig.words };
  })();
  return backupText;
}

/** A board with the words of another one and no state yet. */
export async function restoredBoard(): Promise<Rig> {
  const { words } = await aBackup();
  const rig = makeRig({ seed: 'fresh' });
  await rig.world.finish(
    restore(rig.coldConsole, { words, dice: DICE, hostEntropy: new Uint8Array(32).fill(3), pin: PIN }),
  );
  await rig.world.finish(setTime(rig.coldConsole, START_S + 100_000, PIN));
  return rig;
}

export async function closedRig(): Promise<Rig> {
  const rig = await settled(await channelRig());
  await forged(rig);
  await rig.world.run(20_000);
  return rig;
}

export async function refusedRig(count: number): Promise<Rig> {
  const rig = await channelRig({ account: { policy: { txMaxSats: 10_000 } } });
  for (let n = 0; n < count; n++) {
    await refusalOf(pay(rig, payment(rig, { userTxNo: `r${n}` })));
    await rig.world.run(4000);
  }
  return rig;
}

export const console_ =
  (line: string, pin = PIN) =>
  (rig: Rig): Promise<unknown> =>
    rig.world.finish(rig.coldConsole.run(line, () => pin));

export async function settled0(): Promise<Rig> {
  return settled(await readyRig());
}

export function guess(rig: Rig): Promise<unknown> {
  return setPhones(rig.coldConsole, [ADMIN_NUMBER], '000001').catch(() => undefined);
}
