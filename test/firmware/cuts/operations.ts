// Every operation of HSM-Cold that writes, one row each: how to get a board to where it begins, how to run it, and in
// which parts a cut in its midst may leave the board half way (all others must be as before or as after).
import { openStore } from '../../../firmware/cold/state/open-store';
import { paymentTag } from '../../../firmware/cold/payments/ledger';
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
import {
  addAccount,
  backup,
  changeAccount,
  lock,
  pairHot,
  provision,
  readLog,
  reopen,
  restore,
  restoreState,
  setPhones,
  setTime,
  sweep,
  unlock,
  wipe,
} from '../../../host/operator';
import { HOUR_MS } from '../../../protocol/time';
import { MSG_ATTEST, MSG_PING, MSG_SIGN_BEGIN, SMS_BATCH_VERIFY, SMS_STATUS } from '../../../protocol/wire';
import { batchVerifyFields } from '../../../protocol/sms/v2';
import { beginFields, makeCoin, out, pay, refusalOf, sweepPsbt, type Payment } from '../payments';
import {
  accountData,
  ADMIN_NUMBER,
  channelRig,
  COLD_NUMBER,
  DICE,
  makeRig,
  PIN,
  readyRig,
  START_S,
  wake,
  type Rig,
} from '../rig';
import { PAYMENTS_TIDY_MAX } from '../../../firmware/cold/payments/tidy';

export interface Operation {
  name: string;
  make(): Promise<Rig>;
  run(rig: Rig): Promise<unknown>;
  /** Parts of the view that may be as before while others are as after. */
  between?: string[];
  /** Faults that a cut may leave; the board then has to be wiped. */
  faults?: string[];
  /** The board is new, or may be, when it is over: no account to pay from. */
  isNew?: boolean;
  /** It erases the board: once up again, the board is blank or as before. */
  erases?: boolean;
}

const PAYOUT = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';

const payment = (rig: Rig, more: Partial<Payment> = {}): Payment => ({
  userTxNo: '1',
  outs: out(50_000),
  coins: [makeCoin(rig, { sats: 100_000 })],
  feeSats: 1000,
  ...more,
});
const forged = (rig: Rig): Promise<unknown> =>
  refusalOf(pay(rig, payment(rig, { userTxNo: 'f', authority: new Uint8Array(32).fill(1) })));

/** The modem of a rig is ready: what is sent goes out. */
async function settled(rig: Rig): Promise<Rig> {
  await rig.world.run(30_000);
  return rig;
}

/** Writes payments into a board's journal as the firmware would, without making them. */
export function fill(rig: Rig, count: number): void {
  rig.coldOff();
  const cold = {
    hal: rig.cold.hal,
    device: readDevice(rig.cold.flash),
    state: makeState(),
    counters: {},
  } as unknown as Cold;
  openStore(cold, false);
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

async function payFilled(count: number): Promise<Rig> {
  const rig = await channelRig();
  fill(rig, count);
  await wake(rig);
  return rig;
}

let backupText: Promise<{ text: string; words: string[] }> | undefined;
async function aBackup(): Promise<{ text: string; words: string[] }> {
  backupText ??= (async () => {
    const rig = await channelRig();
    await pay(rig, payment(rig));
    return { text: await rig.world.finish(backup(rig.coldConsole, PIN)), words: rig.words };
  })();
  return backupText;
}

/** A board with the words of another one and no state yet. */
async function restoredBoard(): Promise<Rig> {
  const { words } = await aBackup();
  const rig = makeRig({ seed: 'fresh' });
  await rig.world.finish(
    restore(rig.coldConsole, { words, dice: DICE, hostEntropy: new Uint8Array(32).fill(3), pin: PIN }),
  );
  await rig.world.finish(setTime(rig.coldConsole, START_S + 100_000, PIN));
  return rig;
}

async function closedRig(): Promise<Rig> {
  const rig = await settled(await channelRig());
  await forged(rig);
  await rig.world.run(20_000);
  return rig;
}

async function refusedRig(count: number): Promise<Rig> {
  const rig = await channelRig({ account: { policy: { txMaxSats: 10_000 } } });
  for (let n = 0; n < count; n++) {
    await refusalOf(pay(rig, payment(rig, { userTxNo: `r${n}` })));
    await rig.world.run(4000);
  }
  return rig;
}

const console_ =
  (line: string, pin = PIN) =>
  (rig: Rig): Promise<unknown> =>
    rig.world.finish(rig.coldConsole.run(line, () => pin));

export const OPERATIONS: Operation[] = [
  {
    name: 'provision',
    isNew: true,
    make: async () => makeRig({ seed: 'new' }),
    run: (rig) =>
      rig.world.finish(provision(rig.coldConsole, { dice: DICE, hostEntropy: rig.runtime.random(32), pin: PIN })),
  },
  {
    name: 'restore from words',
    isNew: true,
    make: async () => {
      const rig = makeRig({ seed: 'new' });
      rig.words = (await readyRig()).words;
      return rig;
    },
    run: (rig) =>
      rig.world.finish(
        restore(rig.coldConsole, { words: rig.words, dice: DICE, hostEntropy: rig.runtime.random(32), pin: PIN }),
      ),
  },
  {
    name: 'start',
    make: () => readyRig(),
    run: async (rig) => {
      rig.coldOff();
      rig.coldOn(true);
    },
  },
  {
    name: 'unlock',
    make: async () => {
      const rig = await readyRig();
      rig.coldOff();
      rig.coldOn();
      return rig;
    },
    run: (rig) => rig.world.finish(unlock(rig.coldConsole, PIN)),
    between: ['pin'],
  },
  {
    name: 'unlock with a wrong PIN',
    make: async () => {
      const rig = await readyRig();
      rig.coldOff();
      rig.coldOn();
      return rig;
    },
    run: (rig) => rig.world.finish(unlock(rig.coldConsole, '000001').catch(() => undefined)),
    between: ['pin'],
  },
  {
    name: 'unlock itself',
    make: async () => {
      const rig = await readyRig();
      await console_('unattended on')(rig);
      return rig;
    },
    run: async (rig) => {
      rig.coldOff();
      rig.coldOn(true);
      await rig.world.run(5000);
    },
  },
  { name: 'lock', make: () => readyRig(), run: (rig) => rig.world.finish(lock(rig.coldConsole)) },
  {
    name: 'set the time',
    make: () => readyRig(),
    run: (rig) => rig.world.finish(setTime(rig.coldConsole, START_S + Math.ceil(rig.world.nowMs / 1000) + 5, PIN)),
    between: ['pin'],
  },
  { name: 'an hour passes', make: () => settled0(), run: (rig) => rig.world.run(HOUR_MS + 20_000) },
  {
    name: 'set phones',
    make: () => readyRig(),
    run: (rig) => rig.world.finish(setPhones(rig.coldConsole, ['+4411111111'], PIN)),
    between: ['pin'],
  },
  { name: 'unattended on', make: () => readyRig(), run: console_('unattended on'), between: ['pin'] },
  {
    name: 'unattended off',
    make: async () => {
      const rig = await readyRig();
      await console_('unattended on')(rig);
      return rig;
    },
    run: console_('unattended off'),
    between: ['pin'],
  },
  {
    name: 'pair with HSM-Hot',
    make: async () => {
      const rig = await readyRig();
      await rig.world.finish(rig.hotConsole.run('wipe', () => 'erase everything'));
      rig.hotOff();
      rig.hotOn();
      return rig;
    },
    run: (rig) => rig.world.finish(pairHot(rig.coldConsole, rig.hotConsole, rig.runtime.random(32), PIN)),
    between: ['pin'],
    isNew: true,
  },
  {
    name: 'add an account',
    make: () => readyRig(),
    run: (rig) =>
      rig.world.finish(
        addAccount(
          rig.coldConsole,
          accountData(rig, { account: { name: 'second', allowList: [out(1).split(',')[0]] } }),
          PIN,
        ),
      ),
    between: ['pin'],
  },
  {
    name: 'change an account',
    make: () => readyRig(),
    run: (rig) =>
      rig.world.finish(
        changeAccount(
          rig.coldConsole,
          0,
          accountData(rig, {
            account: { name: 'shop2', policy: { txMaxSats: 9_000_000 }, allowList: [out(1).split(',')[0]] },
          }),
          PIN,
        ),
      ),
    between: ['pin', 'allow'],
  },
  {
    name: 'open a channel',
    make: () => settled0(),
    run: async (rig) => {
      rig.v.open();
      await rig.world.until(() => rig.v.channel !== undefined || rig.cold.flash.isOff, 300_000);
    },
  },
  {
    name: 'renew a channel',
    make: async () => settled(await channelRig()),
    run: async (rig) => {
      const { id } = rig.v.channel!;
      rig.v.renew();
      await rig.world.until(() => rig.v.channel!.id !== id || rig.cold.flash.isOff, 300_000);
    },
  },
  {
    name: 'a batch by SMS',
    make: async () => settled(await channelRig()),
    run: async (rig) => {
      rig.v.operate(SMS_BATCH_VERIFY, batchVerifyFields({ side: 1, batchNo: 0 }));
      await rig.world.until(() => rig.v.received.length > 0 || rig.cold.flash.isOff, 300_000);
    },
  },
  {
    name: 'status by SMS',
    make: async () => settled(await channelRig()),
    run: async (rig) => {
      rig.v.operate(SMS_STATUS, []);
      await rig.world.until(() => rig.v.received.length > 0 || rig.cold.flash.isOff, 300_000);
    },
  },
  { name: 'attest over the link', make: () => channelRig(), run: (rig) => rig.ask(MSG_ATTEST, [0, 1, 0]) },
  {
    name: 'PING under a new channel',
    make: () => channelRig(),
    run: (rig) => rig.ask(MSG_PING, [0, 2, rig.v.channel!.id, 'p', 'PING', 0, rig.v.authority('p', 'PING')]),
  },
  { name: 'sign', make: () => channelRig(), run: (rig) => pay(rig, payment(rig)) },
  {
    name: 'sign a large one',
    make: () => channelRig(),
    run: (rig) =>
      pay(
        rig,
        payment(rig, {
          outs: Array.from({ length: 60 }, (_, n) => out(20_000, n + 1)).join(';'),
          coins: [makeCoin(rig, { sats: 9_000_000 })],
          feeSats: 9000,
        }),
      ),
  },
  {
    name: 'replace',
    make: async () => {
      const rig = await channelRig();
      (rig as any).first = payment(rig);
      await pay(rig, (rig as any).first);
      return rig;
    },
    run: (rig) => pay(rig, { ...(rig as any).first, feeSats: 2000 }),
  },
  { name: 'refuse', make: () => refusedRig(0), run: (rig) => refusalOf(pay(rig, payment(rig))) },
  {
    name: 'close for a forgery',
    make: async () => settled(await channelRig()),
    run: async (rig) => {
      await forged(rig);
      await rig.world.run(30_000);
    },
    between: ['closed', 'alarm'],
  },
  {
    name: 'close for refusals',
    make: () => refusedRig(19),
    run: async (rig) => {
      await refusalOf(pay(rig, payment(rig)));
      await rig.world.run(30_000);
    },
    between: ['closed', 'alarm', 'refusals'],
  },
  { name: 'repeat an alarm', make: () => closedRig(), run: (rig) => rig.world.run(620_000) },
  {
    name: 'acknowledge an alarm',
    make: () => closedRig(),
    run: async (rig) => {
      rig.admin.send(COLD_NUMBER, `CC:ACK:${/CC:ACK:(\d+)/.exec(rig.admin.inbox[0].text!)![1]}`);
      await rig.world.run(30_000);
    },
  },
  {
    name: 'reopen',
    make: () => closedRig(),
    run: (rig) => rig.world.finish(reopen(rig.coldConsole, 0, PIN)),
    between: ['pin', 'closed', 'alarm', 'refusals'],
  },
  {
    name: 'send the heartbeat',
    make: async () => {
      const rig = await settled0();
      await rig.world.run(86_000_000);
      return rig;
    },
    run: async (rig) => {
      await rig.world.run(600_000);
    },
  },
  { name: 'export the log', make: () => readyRig(), run: (rig) => rig.world.finish(readLog(rig.coldConsole)) },
  {
    name: 'back up',
    make: () => readyRig(),
    run: (rig) => rig.world.finish(backup(rig.coldConsole, PIN)),
    between: ['pin'],
  },
  {
    name: 'restore the state',
    make: restoredBoard,
    faults: ['restore-unfinished'],
    isNew: true,
    between: ['pin', 'heartbeat'],
    run: async (rig) =>
      rig.world.finish(restoreState(rig.coldConsole, (await aBackup()).text, { pin: PIN, channelIds: [1] })),
  },
  {
    name: 'sweep',
    make: () => readyRig(),
    run: (rig) => rig.world.finish(sweep(rig.coldConsole, sweepPsbt(rig, PAYOUT, 2), { account: 0, pin: PIN })),
    between: ['pin'],
  },
  {
    name: 'archive payments',
    make: async () => {
      const rig = await payFilled(PAYMENTS_TIDY_MAX);
      await pay(rig, payment(rig));
      return rig;
    },
    run: (rig) => rig.world.run(20_000),
  },
  {
    name: 'compact',
    make: () => payFilled(100),
    run: async (rig) => {
      for (let n = 0; n < 12 && !rig.cold.flash.isOff; n++)
        await rig
          .ask(MSG_SIGN_BEGIN, beginFields(rig, payment(rig, { userTxNo: `${n}`, locktime: 1_900_000_000 })), 5000)
          .catch(() => undefined);
    },
    between: ['refusals', 'paid', 'archived'],
  },
  {
    name: 'wipe',
    make: () => readyRig(),
    run: async (rig) => {
      await rig.world.finish(wipe(rig.coldConsole, PIN));
    },
    erases: true,
    faults: ['new'],
    between: ['pin'],
  },
  {
    name: 'wipe after the last wrong PIN',
    erases: true,
    faults: ['new'],
    make: async () => {
      const rig = await readyRig();
      for (let n = 0; n < 9; n++) {
        await rig.world.finish(guess(rig));
        await rig.world.run(2_000_000);
      }
      return rig;
    },
    run: (rig) => rig.world.finish(guess(rig)),
  },
];

async function settled0(): Promise<Rig> {
  return settled(await readyRig());
}

function guess(rig: Rig): Promise<unknown> {
  return setPhones(rig.coldConsole, [ADMIN_NUMBER], '000001').catch(() => undefined);
}
