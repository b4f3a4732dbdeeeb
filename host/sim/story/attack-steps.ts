// The story's attacks: a false deposit address, a planted withdrawal, a forged request. Each must fail, and be seen to.
import { openSqlFile } from '../../kit/sql/sql-file';
import { readMempool, readTx } from '../parties/chain-view';
import type { Person } from '../gsm';
import { encryptBoundInfo, signMessage } from '../../v1';
import type { Simulation } from '../simulation';
import { PAYEES, withdrawAndMine } from './money-steps';
import { check, checkEqual, type Step } from './step';

/** Where the thief wants the coins. */
const THIEF = 'bcrt1qw35xjetxyp6xs6t9vcs8g6rfv4nzqargwzfn33';

async function newSms(sim: Simulation, person: Person, since: number, what: string): Promise<string> {
  await sim.until(() => person.inbox.length > since, what);
  return person.inbox
    .slice(since)
    .map((sms) => sms.text ?? '')
    .join('\n');
}

export const falseAddress: Step = {
  name: 'attack-false-address',
  tells: "Attack 1: the API is hacked and hands out a batch with one address of the thief's.",
  async run(sim) {
    const { customerAdmin } = sim.phones;
    const before = customerAdmin.inbox.length;
    sim.platform.internet.setLie(({ path, body }) => {
      if (!/\/address\/batch\/1$/.test(path) || !Array.isArray(body)) return body;
      return body.map((item: { index: number; address: string }) =>
        item.index === 1417 ? { ...item, address: THIEF } : item,
      );
    });
    try {
      checkEqual(await sim.verifyBatch(2, 1), 3, "the website's mark on the false batch");
    } finally {
      sim.platform.internet.setLie(undefined);
    }
    await newSms(sim, customerAdmin, before, "an SMS to the customer's admin");
    for (let i = 0; i < 3; i++) {
      const given = await sim.customer.shop.depositAddress();
      check(given.address !== THIEF && given.index < 1000, 'payers to be given verified addresses only');
    }
  },
};

export const plantedWithdrawal: Step = {
  name: 'attack-planted-withdrawal',
  tells: 'Attack 2: the website is hacked and a withdrawal to the thief is planted in its table.',
  async run(sim) {
    const { customerAdmin } = sim.phones;
    const before = customerAdmin.inbox.length;
    const mined = await sim.platform.rpc.call<number>('getblockcount', []);
    const db = openSqlFile(sim.customer.websiteFile);
    const id = db.one<{ id: number }>('SELECT MAX(vtest_id) + 1 AS id FROM withdrawals')!.id;
    const info = await encryptBoundInfo(
      { outs: `${THIEF},1000000`, dynamic: 0 },
      id,
      'a password the thief made up',
      (n) => sim.runtime.random(n),
    );
    db.run(
      'INSERT INTO withdrawals (vtest_id, idempotency_key, outs, dynamic, vtest_info, status, ' +
        "created_ms) VALUES (?, 'planted', ?, 0, ?, 'waiting', ?)",
      id,
      JSON.stringify([{ address: THIEF, sats: 1_000_000 }]),
      info,
      sim.runtime.nowMs(),
    );
    const text = await newSms(sim, customerAdmin, before, "an SMS to the customer's admin");
    check(/decrypt/i.test(text), `the alarm to tell of the decryption, saw "${text}"`);
    checkEqual((await sim.customer.v.status()).loop.running, false, "V's loop after the alarm: running");
    checkEqual((await readMempool(sim.platform.rpc)).length, 0, 'transactions waiting');
    await sim.mine(1);
    checkEqual(await sim.platform.rpc.call<number>('getblockcount', []), mined + 1, 'blocks');
    db.run('DELETE FROM withdrawals WHERE vtest_id = ?', id);
    db.close();
    check(await sim.customer.v.startLoop(), "V's send loop to start again after the clean-up");
  },
};

/** Posts a send request as whoever holds the hot-sending token; answers the HTTP status. */
async function postRequest(sim: Simulation, userTxNo: string, vcCode: string): Promise<number> {
  const channel = (await sim.customer.v.status()).channel!;
  const answer = await fetch(`${sim.platform.api.url}/api/v1/open/tx/request`, {
    method: 'POST',
    headers: { token: sim.tokens.hot_sending, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      coin_code: 'BTC',
      user_tx_no: userTxNo,
      outs: `${THIEF},1000000`,
      is_dynamic_fee: '1',
      c_id: String(channel.id),
      vc_code: vcCode,
    }).toString(),
  });
  return answer.status;
}

/** Well formed, and made with a key that nobody has: what a hacked API can do at most. */
function forgedCode(sim: Simulation): string {
  const bytes = sim.runtime.random(32);
  return sim.vProtocol === 'v1' ? signMessage('a request', bytes) : `2:${Buffer.from(bytes).toString('base64url')}`;
}

interface Sent {
  hot_wallet_tx_status: number;
  tx_hash?: string | null;
}

async function requestStatus(sim: Simulation, userTxNo: string): Promise<Sent> {
  const answer = await fetch(`${sim.platform.api.url}/api/v1/open/tx/${userTxNo}`, {
    headers: { token: sim.tokens.hot_sending },
  });
  return (await answer.json()) as Sent;
}

export const forgedRequest: Step = {
  name: 'attack-forged-request',
  tells: 'Attack 3: the API is hacked and forges a send request that V never signed.',
  async run(sim) {
    const { platformAdmin } = sim.phones;
    const before = platformAdmin.inbox.length;
    const userTxNo = `forged-${before}`;
    checkEqual(await postRequest(sim, userTxNo, forgedCode(sim)), 200, 'the HTTP status of the forged request');
    await sim.until(
      async () => (await requestStatus(sim, userTxNo)).hot_wallet_tx_status === 9,
      'the forged request to be refused',
    );
    check(!(await requestStatus(sim, userTxNo)).tx_hash, 'no transaction for the forged request');
    const text = await newSms(sim, platformAdmin, before, "an alarm SMS to the platform's admin");
    check(text.includes('CC:ALARM:'), `an alarm of HSM-Cold's, saw "${text}"`);
    const id = await sim.customer.shop.withdraw([{ address: PAYEES[0], sats: 200_000 }]);
    const row = async () => (await sim.customer.shop.withdrawals()).find((withdrawal) => withdrawal.vtest_id === id)!;
    await sim.until(
      async () => (await row()).status !== 'waiting',
      "V's report on a good request to the closed account",
    );
    checkEqual((await row()).status, 'failed', 'a good request to the closed account');
    checkEqual((await readMempool(sim.platform.rpc)).length, 0, 'transactions waiting');
  },
};

export const reopening: Step = {
  name: 'reopening',
  tells: "The operator looks into it and opens the account again at HSM-Cold's own console; sending works as before.",
  async run(sim, notes) {
    await sim.ceremony.reopen();
    await sim.customer.v.startLoop();
    const txid = await withdrawAndMine(sim, [{ address: PAYEES[1], sats: 123_456 }]);
    const tx = await readTx(sim.platform.rpc, txid);
    checkEqual(tx.outputs[0]?.sats, 123_456, 'the amount on the chain');
    notes.txids.push(txid);
    notes.sent.push({ txid, sats: 123_456, feeSats: tx.feeSats });
  },
};
