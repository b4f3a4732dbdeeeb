// Coin selection and fee arithmetic. Spec: BIP141 weights; laws: what goes in comes out, the fee pays at least its
// rate, no change below dust, confirmed coins first.

import { expect } from 'chai';
import * as btc from '@scure/btc-signer';
import { DUST_SATS, feeOf, selectCoins, vsizeOf, type Coin } from '../../../host/bitcoin/coins';

const coin = (sats: number, n: number, confirmed = true): Coin => ({
  txid: n.toString(16).padStart(64, '0'),
  vout: 0,
  sats,
  chain: 0,
  idx: n,
  confirmed,
});

/** Numbers that are the same in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state % below;
  };
}

describe('host/bitcoin/coins', () => {
  it('counts virtual bytes as the signed transaction has them', () => {
    for (const kind of ['p2wpkh', 'p2pkh'] as const) {
      for (const [inputs, outputs] of [
        [1, 1],
        [1, 2],
        [3, 5],
        [64, 21],
      ]) {
        const key = new Uint8Array(32).fill(7);
        const pubkey = btc.utils.concatBytes(
          new Uint8Array([2]),
          new Uint8Array([
            0x79, 0xbe, 0x66, 0x7e, 0xf9, 0xdc, 0xbb, 0xac, 0x55, 0xa0, 0x62, 0x95, 0xce, 0x87, 0x0b, 0x07, 0x02, 0x9b,
            0xfc, 0xdb, 0x2d, 0xce, 0x28, 0xd9, 0x59, 0xf2, 0x81, 0x5b, 0x16, 0xf8, 0x17, 0x98,
          ]),
        );
        const lens = Array.from({ length: outputs }, (_, i) => (i % 2 ? 22 : 25));
        const tx = new btc.Transaction({
          allowUnknownOutputs: true,
          allowUnknownInputs: true,
          disableScriptCheck: true,
        });
        for (const len of lens) tx.addOutput({ script: new Uint8Array(len), amount: 1000n });
        const sig = new Uint8Array(72).fill(1);
        for (let i = 0; i < inputs; i++) {
          const spent = { txid: key, index: i, sequence: 1 };
          if (kind === 'p2wpkh')
            tx.addInput({ ...spent, finalScriptSig: new Uint8Array(0), finalScriptWitness: [sig, pubkey] }, true);
          else tx.addInput({ ...spent, finalScriptSig: btc.Script.encode([sig, pubkey]) }, true);
        }
        expect(vsizeOf(kind, inputs, lens) - tx.vsize, `${kind} ${inputs} ${outputs}`).to.be.within(0, 1);
      }
    }
  });

  it('holds its laws for 2,000 random wallets', () => {
    const next = numbers(11);
    for (let round = 0; round < 2000; round++) {
      const coins = Array.from({ length: next(30) }, (_, i) =>
        coin(next(3) ? 600 + next(200_000) : next(5_000_000), i, next(4) > 0),
      );
      const options = {
        coins,
        kind: next(2) ? ('p2wpkh' as const) : ('p2pkh' as const),
        outsSats: 10_000 + next(800_000),
        outScriptLensBytes: Array.from({ length: 1 + next(20) }, () => 22 + next(13)),
        feerateSatVb: 1 + next(100),
        maxInputs: 1 + next(20),
      };
      const chosen = selectCoins(options);
      const all = coins.reduce((sum, one) => sum + one.sats, 0);
      if (!chosen) {
        const biggest = [...coins].sort((a, b) => b.sats - a.sats).slice(0, options.maxInputs);
        const sum = biggest.reduce((total, one) => total + one.sats, 0);
        for (let n = 1; n <= biggest.length; n++) {
          const part = biggest.slice(0, n).reduce((total, one) => total + one.sats, 0);
          expect(part, 'a choice existed').to.be.below(
            options.outsSats + feeOf(vsizeOf(options.kind, n, options.outScriptLensBytes), options.feerateSatVb),
          );
        }
        expect(sum).to.be.at.most(all);
        continue;
      }
      const sum = chosen.inputs.reduce((total, one) => total + one.sats, 0);
      expect(sum).to.equal(options.outsSats + chosen.feeSats + chosen.changeSats);
      expect(chosen.inputs.length).to.be.within(1, options.maxInputs);
      expect(new Set(chosen.inputs.map((one) => one.idx)).size).to.equal(chosen.inputs.length);
      expect(chosen.changeSats === 0 || chosen.changeSats >= DUST_SATS).to.equal(true);
      const lens = chosen.changeSats
        ? [...options.outScriptLensBytes, options.kind === 'p2wpkh' ? 22 : 25]
        : options.outScriptLensBytes;
      const least = feeOf(vsizeOf(options.kind, chosen.inputs.length, lens), options.feerateSatVb);
      expect(chosen.feeSats).to.be.at.least(least);
      expect(chosen.feeSats - least).to.be.below(DUST_SATS + 40 * options.feerateSatVb);
    }
  });

  it('leaves unconfirmed change alone while confirmed coins are enough', () => {
    const options = {
      kind: 'p2wpkh' as const,
      outsSats: 50_000,
      outScriptLensBytes: [22],
      feerateSatVb: 1,
      maxInputs: 5,
    };
    expect(
      selectCoins({ ...options, coins: [coin(60_000, 1, false), coin(30_000, 2), coin(30_000, 3)] })?.inputs.map(
        (one) => one.idx,
      ),
    ).to.deep.equal([2, 3]);
    expect(
      selectCoins({ ...options, coins: [coin(60_000, 1, false), coin(30_000, 2)] })?.inputs.map((one) => one.idx),
    ).to.deep.equal([1]);
  });
});
