// Attack (I5): power is cut between a payment's record and its entry in the log, so that a signature leaves which the
// log does not tell of. Invariants: 5 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { AUDIT_SIGNED } from '../../firmware/journal/audit-codes';
import { parseLog, readLog, verifyShown } from '../../host/operator';
import { makeCoin, out, pay } from '../firmware/payments';
import { channelRig, wake } from '../firmware/rig';

describe('attack: unlogged payment', () => {
  for (const part of [0, 1]) {
    for (let cut = 1; cut <= 6; cut++) {
      it(`a cut ${part ? 'after' : 'before'} write ${cut}: what is signed in the end is in the log`, async () => {
        const rig = await channelRig();
        await rig.world.run(30_000);
        const payment = { userTxNo: '1', outs: out(50_000), coins: [makeCoin(rig, { sats: 100_000 })], feeSats: 1000 };
        Object.assign(rig.cold.flash, { operations: 0, cutAt: cut, cutPart: part });
        let isSigned = false;
        await pay(rig, payment).then(
          () => (isSigned = true),
          () => undefined,
        );
        if (!isSigned) {
          rig.cold.flash.cutAt = 0;
          rig.world.errors.length = 0;
          rig.coldOff();
          rig.coldOn();
          await wake(rig);
          await pay(rig, payment);
        }
        const lines = await rig.world.finish(readLog(rig.coldConsole));
        expect(parseLog(lines).filter((entry) => entry.code === AUDIT_SIGNED).length).to.be.within(1, 2);
        expect(verifyShown(lines).ok).to.equal(true);
      }).timeout(120_000);
    }
  }
});
