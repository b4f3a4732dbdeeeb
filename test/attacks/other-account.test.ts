// Attack (I3): an authority for one account does not move the coins of another.
// Invariants: 3 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { addAccount } from '../../host/operator';
import { MSG_SIGN_BEGIN, REFUSE_NO_CHANNEL } from '../../protocol/wire';
import { beginFields, makeCoin, out, refusalOf } from '../firmware/payments';
import { PIN, channelRig } from '../firmware/rig';

describe('attack: other account', () => {
  it('an authority for one account does not move the coins of another', async () => {
    const rig = await channelRig();
    const data = {
      name: 'second',
      network: 'regtest' as const,
      script: 'p2wpkh' as const,
      vIdentity: rig.v.identityPub,
      vPhones: [],
      adminPhones: [],
      payoutAddress: 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080',
      policy: { windowMaxSats: 'none' as const },
    };
    const second = await rig.world.finish(addAccount(rig.coldConsole, data, PIN));
    expect(second.account).to.equal(1);
    expect(second.hot.xpub).to.not.equal(rig.file.hot.xpub);
    const fields = beginFields(rig, {
      userTxNo: '1',
      outs: out(50_000),
      coins: [makeCoin(rig, { sats: 100_000 })],
      feeSats: 1000,
    });
    fields[0] = 1;
    expect((await refusalOf(rig.ask(MSG_SIGN_BEGIN, fields))).refusal).to.equal(REFUSE_NO_CHANNEL);
  }).timeout(180_000);
});
