// The story's payments: a withdrawal with three outputs, the sweep of the cold coins, the statement. Judged on the
// chain.
import { readTx } from '../parties/chain-view';
import type { Simulation } from '../simulation';
import { expectedAddress } from './setup-steps';
import { check, checkEqual, type Step, type StoryNotes } from './step';

/** Addresses that belong to nobody in this world: regtest v0 witness programs of repeated bytes. */
export const PAYEES = [
  'bcrt1qzyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3lgth6c',
  'bcrt1qyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zs4w3j0',
  'bcrt1qxvenxvenxvenxvenxvenxvenxvenxvenztev8a',
] as const;

/** Stores a withdrawal, waits for the website to learn its hash, mines it; answers the hash. */
export async function withdrawAndMine(sim: Simulation, outs: { address: string; sats: number }[]): Promise<string> {
  const id = await sim.customer.shop.withdraw(outs);
  let hash: string | null = null;
  await sim.until(async () => {
    const row = (await sim.customer.shop.withdrawals()).find((withdrawal) => withdrawal.vtest_id === id)!;
    check(row.status !== 'failed', `withdrawal ${id} to be paid`);
    hash = row.tx_hash;
    return hash !== null;
  }, `the transaction of withdrawal ${id}`);
  await sim.mine(1);
  return hash!;
}

/** Is `address` one of HSM-Cold's own change addresses? Looks through the first `limit` of the hot change chain. */
export function isOwnChange(sim: Simulation, address: string, limit = 50): boolean {
  for (let index = 0; index < limit; index++)
    if (expectedAddress(sim.account.hot.xpub, 1, index) === address) return true;
  return false;
}

async function checkPayment(
  sim: Simulation,
  notes: StoryNotes,
  outs: { address: string; sats: number }[],
): Promise<void> {
  const txid = await withdrawAndMine(sim, outs);
  const tx = await readTx(sim.platform.rpc, txid);
  check(tx.confirmations >= 1, `transaction ${txid} to be in a block`);
  outs.forEach((out, i) => {
    checkEqual(tx.outputs[i]?.address, out.address, `the address of output ${i}`);
    checkEqual(tx.outputs[i]?.sats, out.sats, `the amount of output ${i}`);
  });
  const extra = tx.outputs.slice(outs.length);
  check(extra.length <= 1, 'no output besides those asked for and the change');
  for (const change of extra)
    check(isOwnChange(sim, change.address), `change on an address of HSM-Cold's own, saw ${change.address}`);
  check(tx.feeSats > 0 && tx.feeSats < 50_000, `a sane fee, saw ${tx.feeSats}`);
  notes.txids.push(txid);
  notes.sent.push({ txid, sats: outs.reduce((sum, out) => sum + out.sats, 0), feeSats: tx.feeSats });
}

export const withdrawal: Step = {
  name: 'withdrawal',
  tells:
    'The website stores a withdrawal with three outputs, encrypted for V; V signs, HSM-Cold signs, the chain takes it.',
  async run(sim, notes) {
    check(await sim.customer.v.startLoop(), "V's send loop to start");
    await checkPayment(sim, notes, [
      { address: PAYEES[0], sats: 310_000 },
      { address: PAYEES[1], sats: 150_000 },
      { address: PAYEES[2], sats: 2_700_000 },
    ]);
  },
};

export const sweep: Step = {
  name: 'sweep',
  tells: "The cold coins go home: the API prepares a PSBT, the operator carries it to HSM-Cold's console and back.",
  async run(sim, notes) {
    const api = `${sim.platform.internet.url}/api/v1/open/sweep`;
    const headers = { token: sim.tokens.cold_receiving, 'content-type': 'application/json' };
    const prepared = await fetch(`${api}/prepare`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ address: sim.ceremony.payoutAddress }),
    });
    check(prepared.ok, `a prepared sweep, saw ${prepared.status}`);
    const { psbt } = (await prepared.json()) as { psbt: string };
    const signed = await sim.ceremony.sweep(psbt);
    const submitted = await fetch(`${api}/submit`, { method: 'POST', headers, body: JSON.stringify({ psbt: signed }) });
    const answer = (await submitted.json()) as { tx_hash: string };
    check(submitted.ok, `the sweep to be broadcast, saw ${JSON.stringify(answer)}`);
    await sim.mine(1);
    const tx = await readTx(sim.platform.rpc, answer.tx_hash);
    checkEqual(tx.confirmations, 1, 'confirmations of the sweep');
    checkEqual(tx.outputs.length, 1, 'the number of outputs of the sweep');
    checkEqual(tx.outputs[0].address, sim.ceremony.payoutAddress, 'the payout address');
    const coldSats = notes.coldDeposits.reduce((sum, coin) => sum + coin.sats, 0);
    checkEqual(tx.outputs[0].sats + tx.feeSats, coldSats, 'all cold coins to be swept');
    notes.txids.push(answer.tx_hash);
    notes.swept.push({ txid: answer.tx_hash, sats: tx.outputs[0].sats, feeSats: tx.feeSats });
  },
};
