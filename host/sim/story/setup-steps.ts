// The story's first half: ceremony, channel, address batches, deposit, funds. Each step is checked from outside.
import { HDKey } from '@scure/bip32';
import { bech32 } from '@scure/base';
import { ripemd160 } from '@noble/hashes/legacy';
import { sha256 } from '@noble/hashes/sha2';
import { openPauseMs } from '../../vdevice/link/hsm-link';
import { NUMBERS } from '../numbers';
import type { Simulation } from '../simulation';
import { check, checkEqual, type Step } from './step';

/** Version bytes of regtest's extended keys (BIP32 testnet). */
const TPUB = { public: 0x043587cf, private: 0x04358394 };

/**
 * What address `index` of a chain must be, derived here from the xpub that HSM-Cold's console told at the ceremony
 * (BIP84).
 */
export function expectedAddress(xpub: string, chain: 0 | 1, index: number): string {
  const key = HDKey.fromExtendedKey(xpub, TPUB).deriveChild(chain).deriveChild(index);
  return bech32.encode('bcrt', [0, ...bech32.toWords(ripemd160(sha256(key.publicKey!)))]);
}

interface ListedAddress {
  index: number;
  address: string;
}

/** The website's own copy of a batch, through the call that V polls or the shop's list. */
export async function batchOf(sim: Simulation, side: 1 | 2, batchNo: number): Promise<ListedAddress[]> {
  const token = side === 1 ? sim.tokens.hot_sending : sim.tokens.cold_receiving;
  const answer = await fetch(`${sim.platform.internet.url}/api/v1/open/address/batch/${batchNo}`, {
    headers: { token },
  });
  check(answer.ok, `the API to answer batch ${batchNo}`);
  return (await answer.json()) as ListedAddress[];
}

export const provisioning: Step = {
  name: 'provisioning',
  tells:
    "The operator makes HSM-Cold's seed from dice, the host's and the board's randomness, sets the " +
    'PIN, enters the account and pairs V.',
  async run(sim) {
    await sim.provision();
    const { account } = sim;
    checkEqual(account.network, 'regtest', "the account's network");
    check(account.cold.xpub !== account.hot.xpub, 'cold and hot side to have keys of their own');
    checkEqual(account.pairing_code, sim.ceremony.pairingCodeAtV, 'the pairing code on both screens');
  },
};

/**
 * Simulated ms until the channel is open. The exchange is due five minutes after the start; V's first four tries, which
 * pass one bad place on each SIM, take nine; a modem without a switch that hangs at one message is back after six.
 */
const CHANNEL_MS = 20 * 60_000;

export const channel: Step = {
  name: 'channel',
  tells: 'The daily key exchange is due: V and HSM-Cold exchange fresh keys by SMS.',
  async run(sim) {
    const fromV: number[] = [];
    sim.gsm.onTraffic((sms) => {
      if (sms.fate === 'submitted' && sms.from === NUMBERS.v) fromV.push(sim.runtime.nowMs());
    });
    const before = sim.gsm.stats().submitted;
    await sim.until(async () => (await sim.customer.v.status()).channel !== null, 'the channel', CHANNEL_MS);
    const tookMs = sim.runtime.nowMs() - fromV[0];
    const count = sim.vProtocol === 'v1' ? 3 : 2;
    await sim.until(() => sim.gsm.stats().submitted - before >= count, 'the SMS of a key exchange');
    const sent = sim.gsm.stats().submitted - before;
    if (tookMs < openPauseMs(0)) checkEqual(sent, count, 'the number of SMS of a key exchange');
    else check(sent <= 2 * fromV.length, 'one answer at most to each try of a key exchange');
  },
};

export const batches: Step = {
  name: 'address-batches',
  tells: 'The website asks for 1,000 hot and 1,000 cold addresses; V has HSM-Cold vouch for them by SMS.',
  async run(sim) {
    for (const side of [1, 2] as const) {
      checkEqual(await sim.verifyBatch(side, 0), 2, `the website's mark on batch 0 of side ${side}`);
      const list = await batchOf(sim, side, 0);
      checkEqual(list.length, 1000, 'the number of addresses in a batch');
      const xpub = side === 1 ? sim.account.hot.xpub : sim.account.cold.xpub;
      for (const index of [0, 1, 499, 998, 999])
        checkEqual(list[index].address, expectedAddress(xpub, 0, index), `address ${index}`);
    }
  },
};

export const deposit: Step = {
  name: 'deposit',
  tells: 'A payer sends coins to a verified cold address; the website sees them with their confirmations.',
  async run(sim, notes) {
    for (const sats of [1_500_000, 820_000]) {
      const { address } = await sim.customer.shop.depositAddress();
      const txid = await sim.pay(address, sats, 3);
      notes.coldDeposits.push({ address, sats, txid });
      notes.txids.push(txid);
      await sim.until(async () => {
        const seen = await sim.customer.shop.call<
          { address: string; tx_hash: string; sats: number; confirmations: number }[]
        >('GET', '/shop/deposits');
        return seen.some(
          (row) => row.address === address && row.tx_hash === txid && row.sats === sats && row.confirmations >= 3,
        );
      }, 'the deposit with 3 confirmations at the website');
    }
  },
};

export const hotFunding: Step = {
  name: 'hot-funding',
  tells: 'The customer moves coins to two verified hot addresses, from which withdrawals are paid.',
  async run(sim, notes) {
    for (const sats of [3_000_000, 2_000_000]) {
      const { address } = await sim.customer.shop.call<{ address: string }>('POST', '/shop/deposit-address', {
        side: 'hot',
      });
      const txid = await sim.pay(address, sats, 1);
      notes.hotFunding.push({ address, sats, txid });
      notes.txids.push(txid);
    }
    await sim.until(async () => {
      const answer = await fetch(`${sim.platform.internet.url}/api/v1/open/user`, {
        headers: { token: sim.tokens.hot_sending },
      });
      return ((await answer.json()) as { balance: number }).balance === 5_000_000;
    }, 'the hot balance at the API');
  },
};
