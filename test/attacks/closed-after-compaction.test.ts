// Attack (I4): a closed account whose data changed, then a compaction and a restart: it stays closed, and its alarm
// goes on. Invariants: 4, 5 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { changeAccount, createConsoleClient, setPhones } from '../../host/operator';
import { REFUSE_ACCOUNT_CLOSED } from '../../protocol/wire';
import { viewOf } from '../firmware/cuts/view';
import { makeCoin, out, pay, refusalOf } from '../firmware/payments';
import { accountData, ADMIN_NUMBER, channelRig, PIN, wake } from '../firmware/rig';

describe('attack: closed after compaction', () => {
  it('a closed account stays closed and its alarm goes on after new data, a compaction and a restart', async () => {
    const rig = await channelRig();
    const payment = { userTxNo: '1', outs: out(50_000), coins: [makeCoin(rig, { sats: 100_000 })], feeSats: 1000 };
    await refusalOf(pay(rig, { ...payment, authority: new Uint8Array(32) }));
    await rig.world.finish(changeAccount(rig.coldConsole, 0, accountData(rig, { account: { name: 'shop2' } }), PIN));
    rig.cold.flash.operations = 0;
    rig.cold.flash.cutAt = 1;
    const cut = rig.world.finish(setPhones(rig.coldConsole, [ADMIN_NUMBER], PIN)).catch(() => undefined);
    await rig.world.until(() => rig.cold.flash.isOff);
    void cut;
    for (let n = 0; n < 2; n++) {
      rig.coldOff();
      rig.coldOn();
    }
    expect(viewOf(rig.cold).closed).to.equal('forgery');
    expect(viewOf(rig.cold).alarm).to.equal('forgery');
    rig.coldConsole = createConsoleClient({ port: rig.cold.console.port });
    await wake(rig);
    expect((await refusalOf(pay(rig, payment))).refusal).to.equal(REFUSE_ACCOUNT_CLOSED);
  }).timeout(180_000);
});
