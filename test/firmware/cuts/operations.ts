// Every operation of HSM-Cold that writes, one row each: how to get a board to where it begins, how to run it, and in
// which parts a cut in its midst may leave the board half way (all others must be as before or as after).
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
import { beginFields, makeCoin, out, pay, refusalOf, sweepPsbt } from '../payments';
import { accountData, channelRig, COLD_NUMBER, DICE, makeRig, PIN, readyRig, START_S, type Rig } from '../rig';
import { PAYMENTS_TIDY_MAX } from '../../../firmware/cold/payments/tidy';
import {
  PAYOUT,
  payment,
  forged,
  settled,
  payFilled,
  aBackup,
  restoredBoard,
  closedRig,
  refusedRig,
  console_,
  settled0,
  guess,
} from './prepared';
import { V_MAX_FEE_SATS } from '../v-double';

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
    run: (rig) =>
      rig.ask(MSG_PING, [0, 2, rig.v.channel!.id, 'p', 'PING', 0, V_MAX_FEE_SATS, rig.v.authority('p', 'PING')]),
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
