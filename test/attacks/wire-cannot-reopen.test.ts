// Attack (I4): no request over the link opens, unlocks or sets anything.
// Invariants: 4 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { MSG_COLD_STATUS, MSG_SERVICE, REFUSE_UNKNOWN_TYPE } from '../../protocol/wire';
import { makeCoin, out, pay, refusalOf } from '../firmware/payments';
import { channelRig } from '../firmware/rig';

describe('attack: wire cannot reopen', () => {
  it('no request over the link opens, unlocks or sets anything', async () => {
    const rig = await channelRig();
    await refusalOf(
      pay(rig, {
        userTxNo: 'f',
        outs: out(50_000),
        coins: [makeCoin(rig, { sats: 100_000 })],
        feeSats: 1000,
        authority: new Uint8Array(32),
      }),
    );
    // MSG_SERVICE is HSM-Hot's own and the last type that there is.
    for (let type = MSG_SERVICE + 1; type < 24; type++)
      expect((await refusalOf(rig.ask(type, [0]))).refusal).to.equal(REFUSE_UNKNOWN_TYPE);
    const cold = await rig.ask(MSG_COLD_STATUS, []);
    expect(cold[5][0].slice(0, 2)).to.deep.equal([0, 2]);
  }).timeout(180_000);
});
