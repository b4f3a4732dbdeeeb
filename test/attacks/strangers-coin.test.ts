// Attack (I1): a coin that pays somebody else's script.
// Invariants: 1 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { makeCoin, out, pay, pubOf, refusalOf, scriptOf } from '../firmware/payments';
import { channelRig } from '../firmware/rig';

describe('attack: strangers coin', () => {
  it("a coin that pays somebody else's script", async () => {
    const rig = await channelRig();
    const coin = makeCoin(rig, { sats: 100_000, script: scriptOf('p2wpkh', pubOf(rig.file.hot.xpub, 0, 8)), index: 9 });
    expect(
      (await refusalOf(pay(rig, { userTxNo: '1', outs: out(50_000), coins: [coin], feeSats: 1000 }))).tag,
    ).to.equal('not-own-coin');
  }).timeout(180_000);
});
