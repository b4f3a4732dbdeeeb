// Attack (I13): a hacked API asks for far-off batches, to keep V's from being derived and to fill the Storage with
// them. Invariants: 9 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { batchVerifyFields } from '../../protocol/sms/v2';
import { BATCH_OK, MSG_ATTEST, REFUSE_NOT_READY, SMS_BATCH_VERIFY } from '../../protocol/wire';
import { refusalOf } from '../firmware/payments';
import { channelRig } from '../firmware/rig';
import { WANTED_LINK_MAX } from '../../firmware/cold/batches/attest';

describe('attack: batch flood', () => {
  it('the link has batches derived next to the last only, and V comes before them', async () => {
    const rig = await channelRig();
    const before = rig.cold.files.size;
    for (let n = 0; n < 8; n++)
      expect((await refusalOf(rig.ask(MSG_ATTEST, [0, 1 + (n % 2), 100_000 + n]))).refusal).to.equal(REFUSE_NOT_READY);
    for (const batchNo of [1, 2, 3, 4, 5])
      for (const side of [1, 2]) await refusalOf(rig.ask(MSG_ATTEST, [0, side, batchNo]));
    const askedMs = rig.world.nowMs;
    let ready = false;
    while (!ready) {
      rig.v.operate(SMS_BATCH_VERIFY, batchVerifyFields({ side: 2, batchNo: 7 }));
      const count = rig.v.received.length;
      await rig.world.until(() => rig.v.received.length > count);
      const { fields } = rig.v.received[count];
      ready = fields[2] === BATCH_OK;
      if (!ready) await rig.world.run(5000);
      expect(rig.world.nowMs - askedMs, 'V waits for one batch under way at most').to.be.lessThan(600_000);
    }
    await rig.world.run(3_600_000);
    expect(rig.cold.files.size - before).to.be.at.most(WANTED_LINK_MAX + 2);
    expect([...rig.cold.files.keys()].filter((name) => /-1000\d\d$/.test(name))).to.deep.equal([]);
  }).timeout(180_000);
});
