// Attack (I4): power is cut in the midst of a closing, and a good request follows at once: the account is closed by the
// alarm alone, and acknowledging that alarm, from a phone without a number too, does not open it.
// Invariants: 4, 5, 7 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { unlock } from '../../host/operator';
import { begin, makeCoin, out, refusalOf } from '../firmware/payments';
import { ADMIN_NUMBER, COLD_NUMBER, channelRig, linkUp, PIN } from '../firmware/rig';

describe('attack: a cut between alarm and closing', () => {
  for (const cut of [1, 2, 3, 4, 5, 6]) {
    it(`at write ${cut}: nothing is signed after it unless nothing was written`, async () => {
      const rig = await channelRig();
      const payment = { userTxNo: '1', outs: out(50_000), coins: [makeCoin(rig, { sats: 100_000 })], feeSats: 1000 };
      await rig.world.run(30_000);
      Object.assign(rig.cold.flash, { operations: 0, cutAt: cut, cutPart: 1 });
      await rig.ask(0x0a, []).catch(() => undefined);
      await begin(rig, { ...payment, authority: new Uint8Array(32) }).catch(() => undefined);
      await rig.world.until(() => rig.cold.flash.isOff, 30_000);
      rig.cold.flash.cutAt = 0;
      rig.world.errors.length = 0;
      rig.coldOff();
      rig.coldOn();
      await rig.world.finish(unlock(rig.coldConsole, PIN));
      await linkUp(rig);
      const said = await rig.world.finish(rig.coldConsole.run('status'));
      const line = said.find((each) => each.startsWith('account 0'))!;
      const first = await refusalOf(begin(rig, payment)).catch(() => ({ tag: 'signed' }));
      if (!/alarm/.test(line)) return;
      expect(line).to.include('closed forgery');
      expect(first.tag).to.equal('account-closed');
      const number = /alarm forgery (\d+)/.exec(line)![1];
      rig.gsm.inject({ from: ADMIN_NUMBER, to: COLD_NUMBER, text: `CC:ACK:${number}x` });
      rig.gsm.inject({ from: ADMIN_NUMBER, to: COLD_NUMBER, text: `CC:ACK:${number}` });
      await rig.world.run(30_000);
      expect((await refusalOf(begin(rig, payment))).tag).to.equal('account-closed');
    }).timeout(120_000);
  }
});
