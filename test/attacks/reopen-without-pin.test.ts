// Attack (I4): whoever has the console without the PIN opens an account again that a forgery has closed.
// Invariants: 4 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { createConsoleClient, reopen, status } from '../../host/operator';
import { REFUSE_ACCOUNT_CLOSED } from '../../protocol/wire';
import { makeCoin, out, pay, refusalOf } from '../firmware/payments';
import { channelRig, linkUp, PIN, wake } from '../firmware/rig';

describe('attack: reopen without pin', () => {
  it('each wrong PIN counts, and the account stays closed, over restarts too', async () => {
    const rig = await channelRig();
    const payment = { userTxNo: '1', outs: out(50_000), coins: [makeCoin(rig, { sats: 100_000 })], feeSats: 1000 };
    const standing = async (): Promise<string> =>
      (await rig.world.finish(status(rig.coldConsole))).find((line) => line.startsWith('account 0'))!;
    await refusalOf(pay(rig, { ...payment, userTxNo: 'f', authority: new Uint8Array(32) }));
    await rig.world.run(20_000);
    for (const pin of ['000001', '000002', PIN + '0']) {
      expect((await rig.world.finish(reopen(rig.coldConsole, 0, pin)).catch((error) => error)).code).to.equal(
        'pin-wrong',
      );
      expect(await standing()).to.match(/^account 0 closed /);
      await rig.world.run(20_000);
    }
    expect((await rig.world.finish(status(rig.coldConsole))).join('\n')).to.match(/ pin-failures 3$/m);
    rig.coldOff();
    rig.coldOn();
    rig.coldConsole = createConsoleClient({ port: rig.cold.console.port });
    await rig.world.run(20_000);
    await wake(rig);
    expect(await standing()).to.match(/^account 0 closed /);
    expect((await refusalOf(pay(rig, payment))).refusal).to.equal(REFUSE_ACCOUNT_CLOSED);
    await rig.world.finish(reopen(rig.coldConsole, 0, PIN));
    expect(await standing()).to.match(/^account 0 open/);
    await linkUp(rig);
    await pay(rig, payment);
  }).timeout(180_000);
});
