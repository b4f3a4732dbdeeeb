// Attack (I8): change cannot be named, only an index of the account's own change chain.
// Invariants: 8 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { MSG_SIGN_BEGIN, REFUSE_BAD_REQUEST } from '../../protocol/wire';
import { beginFields, makeCoin, out, pay, pubOf, refusalOf, scriptOf } from '../firmware/payments';
import { channelRig } from '../firmware/rig';

describe('attack: change to stranger', () => {
  it("change cannot be named, only an index of the account's own change chain", async () => {
    const rig = await channelRig();
    const payment = {
      userTxNo: '1',
      outs: out(50_000),
      coins: [makeCoin(rig, { sats: 100_000 })],
      feeSats: 1000,
      changeIndex: 17,
    };
    const signed = await pay(rig, payment);
    expect(
      Buffer.from(signed.tx.getOutput(1).script!).equals(
        Buffer.from(scriptOf('p2wpkh', pubOf(rig.file.hot.xpub, 1, 17))),
      ),
    ).to.equal(true);
    const fields = beginFields(rig, { ...payment, userTxNo: '2' });
    fields[12] = new Uint8Array(22);
    expect((await refusalOf(rig.ask(MSG_SIGN_BEGIN, fields))).refusal).to.equal(REFUSE_BAD_REQUEST);
  }).timeout(180_000);
});
