// Operations of HSM-Cold that memory runs out in, done to the whole system. Each may be asked for again and again until
// it is done, and says from outside (the chain, the website, an SMS, the flash) whether it is, and whether it was done
// once.
import { DAY_SECONDS } from '../../../../protocol/time';
import * as assert from 'node:assert/strict';
import { backup, reopen, setPhones, setTime, sweep, verifyHeartbeat } from '../../../../host/operator';
import { readTx } from '../../../../host/sim/parties/chain-view';
import { NUMBERS, SIM_TOKENS } from '../../../../host/sim/numbers';
import { PAYEES } from '../../../../host/sim/story/money-steps';
import { AUDIT_EXPORTED, AUDIT_REOPENED, AUDIT_UNLOCKED } from '../../../../firmware/journal/audit-codes';
import { SWEEP_INPUTS, type Ledger } from './ledger';
import type { System } from './system';

const THIEF = 'bcrt1qw35xjetxyp6xs6t9vcs8g6rfv4nzqargwzfn33';
const THEFT_SATS = 1_000_000;
const ASK_MS = 250;
/** How long address derivation has to run to have passed. */
const DERIVING_MS = 4000;
const PIN = SIM_TOKENS.pin;

/** A board that is asked for something until it is done. */
export interface Deed {
  /** Before memory is taken, each time. */
  prepare?(): Promise<void>;
  /** Asks for it, once more perhaps; ends when it is done. `isOver`: nobody waits any more. */
  act(isOver: () => boolean): Promise<void>;
  isDone(): Promise<boolean>;
  /** Throws unless it was done once, and right. */
  verify(): Promise<void>;
}

export interface Operation {
  name: string;
  /** Room for variables within which memory runs out, or not, in it. */
  room: [number, number];
  /** Memory is short from the start of the board on. */
  isAtStart?: boolean;
  /** Times that one deed may be tried with too little room. */
  tries: number;
  begin(system: System, ledger: Ledger): Promise<Deed>;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function poll(holds: () => Promise<boolean>, isOver: () => boolean): Promise<void> {
  while (!isOver() && !(await holds())) await pause(ASK_MS);
}

let withdrawals = 0;
let forgeries = 0;
let batches = 0;
let daysAhead = 0;
let phones = 0;

const deriving: Operation = {
  name: 'addresses of a batch derived',
  room: [20, 400],
  tries: 3,
  begin: async () => {
    let isDone = false;
    return {
      act: async (isOver) => {
        const endMs = Date.now() + DERIVING_MS;
        await poll(async () => Date.now() > endMs, isOver);
        isDone = !isOver();
      },
      isDone: async () => isDone,
      verify: async () => undefined,
    };
  },
};

const keyExchange: Operation = {
  name: 'key exchange by SMS',
  room: [20, 700],
  tries: 2,
  begin: async ({ sim }) => {
    const current = async (): Promise<number> => (await sim.customer.v.status()).channel?.id ?? 0;
    const before = await current();
    const isDone = async (): Promise<boolean> => (await current()) !== before;
    return {
      act: async (isOver) => {
        await sim.customer.v.openChannel();
        await poll(isDone, isOver);
      },
      isDone,
      verify: async () => assert.ok((await current()) > before, 'the channel number'),
    };
  },
};

const batch: Operation = {
  name: 'batch attested by SMS',
  room: [20, 500],
  tries: 1,
  begin: async (system) => {
    const { sim } = system;
    const side = batches % 2 ? 2 : 1;
    const number = 1 + (batches++ >> 1);
    for (const n of [number, number + 1]) await system.knowBatch(side, n);
    const verdict = async (): Promise<number> =>
      (await sim.customer.shop.batches()).find((one) => one.side === side && one.batch_no === number)?.status ?? 1;
    let isAsked = false;
    return {
      act: async (isOver) => {
        if (!isAsked) await sim.customer.shop.requestBatch(side, number);
        // V asks once more under a new channel.
        else await sim.customer.v.openChannel();
        isAsked = true;
        await poll(async () => (await verdict()) !== 1, isOver);
      },
      isDone: async () => (await verdict()) !== 1,
      verify: async () => assert.equal(await verdict(), 2, 'the mark on the batch'),
    };
  },
};

const withdrawal: Operation = {
  name: 'withdrawal',
  room: [20, 600],
  tries: 2,
  begin: async ({ sim }, ledger) => {
    const sats = 200_000 + ++withdrawals;
    let id = 0;
    const row = async () => (await sim.customer.shop.withdrawals()).find((one) => one.vtest_id === id);
    const isDone = async (): Promise<boolean> => id > 0 && !['waiting', undefined].includes((await row())?.status);
    await sim.customer.v.startLoop();
    return {
      act: async (isOver) => {
        if (!id) id = await sim.customer.shop.withdraw([{ address: PAYEES[0], sats }]);
        await poll(isDone, isOver);
      },
      isDone,
      verify: async () => {
        assert.ok((await row())!.tx_hash, 'a transaction of the withdrawal');
        await sim.mine(1);
        assert.equal(await ledger.timesPaid(PAYEES[0], sats), 1, 'times that the withdrawal was paid');
      },
    };
  },
};

const forgery: Operation = {
  name: 'forged request, which closes the account',
  room: [20, 700],
  tries: 2,
  begin: async (system, ledger) => {
    const { sim } = system;
    const before = await ledger.look();
    if (before.isClosed) await system.typing((client) => reopen(client, 0, PIN));
    const userTxNo = `forged-${++forgeries}`;
    const alarms = (): number =>
      sim.phones.platformAdmin.inbox.filter((sms) => sms.text?.startsWith('CC:ALARM:forgery')).length;
    const alarmsBefore = alarms();
    let isSent = false;
    const answer = async () =>
      (await (
        await fetch(`${sim.platform.api.url}/api/v1/open/tx/${userTxNo}`, {
          headers: { token: sim.tokens.hot_sending },
        })
      ).json()) as { hot_wallet_tx_status: number; tx_hash?: string };
    const isDone = async (): Promise<boolean> =>
      isSent && (await answer()).hot_wallet_tx_status === 9 && alarms() > alarmsBefore;
    return {
      act: async (isOver) => {
        const channel = (await sim.customer.v.status()).channel!;
        const body = {
          coin_code: 'BTC',
          user_tx_no: userTxNo,
          outs: `${THIEF},${THEFT_SATS}`,
          is_dynamic_fee: '1',
          c_id: String(channel.id),
          vc_code: `2:${Buffer.from(sim.runtime.random(32)).toString('base64url')}`,
        };
        const headers = { token: sim.tokens.hot_sending, 'content-type': 'application/x-www-form-urlencoded' };
        if (!isSent)
          assert.equal(
            (
              await fetch(`${sim.platform.api.url}/api/v1/open/tx/request`, {
                method: 'POST',
                headers,
                body: new URLSearchParams(body).toString(),
              })
            ).status,
            200,
          );
        isSent = true;
        await poll(isDone, isOver);
      },
      isDone,
      verify: async () => {
        const after = await ledger.look();
        assert.equal(after.durable.closed, 'forgery', 'the account after a forgery');
        assert.equal(after.durable.counters.payments, before.durable.counters.payments, 'payments written down');
        assert.ok(!(await answer()).tx_hash, 'no transaction of the forgery');
        await sim.mine(1);
        assert.equal(await ledger.timesPaid(THIEF, THEFT_SATS), 0, 'times that the thief was paid');
      },
    };
  },
};

const reopening: Operation = {
  name: 'reopening',
  room: [20, 400],
  tries: 2,
  begin: async (system, ledger) => {
    if (!(await ledger.look()).isClosed) {
      const deed = await forgery.begin(system, ledger);
      await system.finish(deed.act(() => false));
    }
    const isDone = async (): Promise<boolean> => !(await ledger.look()).isClosed;
    const from = (await ledger.look()).durable.counters['audit entries'];
    return {
      act: (isOver) => (isOver() ? Promise.resolve() : system.typing((client) => reopen(client, 0, PIN))),
      isDone,
      verify: async () => {
        const { entries } = await ledger.look();
        assert.ok(
          entries.filter((entry) => entry.n > from && entry.code === AUDIT_REOPENED).length <= 1,
          'reopened once',
        );
      },
    };
  },
};

const sweeping: Operation = {
  name: 'sweep of 2 inputs',
  room: [20, 600],
  tries: 2,
  begin: async (system, ledger) => {
    const { sim } = system;
    for (const sats of [400_000, 300_000]) await sim.pay((await sim.customer.shop.depositAddress()).address, sats, 1);
    const call = async (path: string, body: object): Promise<any> => {
      const answer = await fetch(`${sim.platform.internet.url}/api/v1/open/sweep/${path}`, {
        method: 'POST',
        headers: { token: sim.tokens.cold_receiving, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return { isOk: answer.ok, ...((await answer.json()) as object) };
    };
    let prepared: any;
    await sim.until(
      async () => (prepared = await call('prepare', { address: sim.ceremony.payoutAddress })).inputs === SWEEP_INPUTS,
      'both deposits',
    );
    let signed = '';
    return {
      act: async () =>
        void (signed = (await system.typing((client) => sweep(client, prepared.psbt, { account: 0, pin: PIN }))).psbt),
      isDone: async () => signed !== '',
      verify: async () => {
        const sent = await call('submit', { psbt: signed });
        assert.ok(sent.isOk, 'the sweep to be broadcast');
        await sim.mine(1);
        const tx = await readTx(sim.platform.rpc, sent.tx_hash);
        assert.equal(tx.inputs.length, SWEEP_INPUTS);
        assert.equal(
          await ledger.timesPaid(sim.ceremony.payoutAddress, tx.outputs[0].sats),
          1,
          'times that the sweep was paid',
        );
      },
    };
  },
};

const unlocking: Operation = {
  name: 'unlocking by PIN',
  room: [20, 500],
  tries: 3,
  begin: async (system, ledger) => {
    const { 'audit entries': from } = (await ledger.look()).durable.counters;
    let isDone = false;
    return {
      prepare: async () => {
        await system.cutPower();
        system.fate.cuts--;
      },
      act: async () => {
        await system.unlock();
        isDone = true;
      },
      isDone: async () => isDone,
      verify: async () =>
        assert.ok((await ledger.look()).entries.some((entry) => entry.n > from && entry.code === AUDIT_UNLOCKED)),
    };
  },
};

const starting: Operation = {
  name: 'start',
  room: [100, 2200],
  isAtStart: true,
  tries: 3,
  begin: async (system) => {
    let isDone = false;
    return {
      act: async (isOver) => {
        await poll(async () => system.isReady(), isOver);
        isDone = system.isReady();
      },
      isDone: async () => isDone,
      verify: async () => undefined,
    };
  },
};

const exporting: Operation = {
  name: 'backup of the state',
  room: [20, 400],
  tries: 2,
  begin: async (system, ledger) => {
    const { 'audit entries': from } = (await ledger.look()).durable.counters;
    let text = '';
    return {
      act: async () => void (text = await system.typing((client) => backup(client, PIN))),
      isDone: async () => text !== '',
      verify: async () =>
        assert.ok((await ledger.look()).entries.some((entry) => entry.n > from && entry.code === AUDIT_EXPORTED)),
    };
  },
};

const phoning: Operation = {
  name: 'phones of the admins',
  room: [20, 300],
  tries: 2,
  begin: async (system, ledger) => {
    const wanted = phones++ % 2 ? [NUMBERS.platformAdmin] : [NUMBERS.platformAdmin, NUMBERS.customerAdmin];
    let isDone = false;
    return {
      act: async () => {
        await system.typing((client) => setPhones(client, wanted, PIN));
        isDone = true;
      },
      isDone: async () => isDone,
      verify: async () => assert.deepEqual((await ledger.look()).durable.phones, wanted),
    };
  },
};

const beating: Operation = {
  name: 'heartbeat',
  room: [20, 500],
  tries: 2,
  begin: async (system) => {
    const { sim } = system;
    const beats = (): string[] =>
      sim.phones.platformAdmin.inbox.flatMap((sms) => (sms.text?.startsWith('CC:HB:') ? [sms.text] : []));
    const before = beats().length;
    const isDone = async (): Promise<boolean> => beats().length > before;
    return {
      act: async (isOver) => {
        const seconds = Math.floor(sim.runtime.nowMs() / 1000) + ++daysAhead * (DAY_SECONDS + 60);
        await system.typing((client) => setTime(client, seconds, PIN));
        await poll(isDone, isOver);
      },
      isDone,
      verify: async () =>
        assert.ok(verifyHeartbeat(beats().pop()!, sim.account.identity), 'a heartbeat that is signed'),
    };
  },
};

/** Done while HSM-Cold still derives its first addresses. */
export const FIRST: Operation = deriving;
export const OPERATIONS: Operation[] = [
  keyExchange,
  batch,
  withdrawal,
  forgery,
  reopening,
  sweeping,
  unlocking,
  starting,
  exporting,
  phoning,
  beating,
];
