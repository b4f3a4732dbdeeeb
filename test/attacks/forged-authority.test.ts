// Attack (I1): a request that V never authorised: nothing signed, account closed over a restart, admin told.
// Invariants: 1, 4 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { reopen } from '../../host/operator';
import { REFUSE_ACCOUNT_CLOSED, REFUSE_BAD_AUTHORITY } from '../../protocol/wire';
import { makeCoin, out, pay, refusalOf } from '../firmware/payments';
import { PIN, channelRig, wake } from '../firmware/rig';

describe('attack: forged authority', () => {
  it('a request that V never authorised: nothing signed, account closed over a restart, admin notified', async () => {
    const rig = await channelRig();
    const coin = makeCoin(rig, { sats: 100_000 });
    const forged = {
      userTxNo: 'f',
      outs: out(50_000),
      coins: [coin],
      feeSats: 1000,
      authority: new Uint8Array(32).fill(1),
    };
    expect((await refusalOf(pay(rig, forged))).refusal).to.equal(REFUSE_BAD_AUTHORITY);
    rig.coldOff();
    rig.coldOn();
    await wake(rig);
    const good = { userTxNo: 'g', outs: out(50_000), coins: [coin], feeSats: 1000 };
    expect((await refusalOf(pay(rig, good))).refusal).to.equal(REFUSE_ACCOUNT_CLOSED);
    await rig.world.until(() => rig.admin.inbox.length > 0, 60_000);
    expect(rig.admin.inbox[0].text).to.match(/^CC:ALARM:forgery:0:/);
    await rig.world.finish(reopen(rig.coldConsole, 0, PIN));
    await pay(rig, good);
  }).timeout(180_000);
});
