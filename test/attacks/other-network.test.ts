// Attack (I3): an authority made for another network is worth nothing.
// Invariants: 3 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { sendAuthority, sendContent } from '../../protocol/request/authority';
import { REFUSE_BAD_AUTHORITY } from '../../protocol/wire';
import { makeCoin, out, pay, refusalOf } from '../firmware/payments';
import { channelKey } from '../../protocol/channel/channel';
import { channelRig } from '../firmware/rig';
import { V_MAX_FEE_SATS } from '../firmware/v-double';

describe('attack: other network', () => {
  it('an authority made for another network is worth nothing', async () => {
    const rig = await channelRig();
    const v = rig.v;
    const authority = sendAuthority(
      v.crypto,
      channelKey(v.crypto, v.channel!, 'request', 32),
      { network: 'main', account: 0, channelId: v.channel!.id, userTxNo: '1', maxFeeSats: V_MAX_FEE_SATS },
      sendContent(v.crypto, out(50_000), 0),
    );
    const payment = {
      userTxNo: '1',
      outs: out(50_000),
      coins: [makeCoin(rig, { sats: 1_000_000 })],
      feeSats: 1000,
      authority,
    };
    expect((await refusalOf(pay(rig, payment))).refusal).to.equal(REFUSE_BAD_AUTHORITY);
  }).timeout(180_000);
});
