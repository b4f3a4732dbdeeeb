// Attack (I4): the closing is on flash before the forger hears of it: cut at every write of it.
// Invariants: 4, 5 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { MSG_SIGN_BEGIN, REFUSE_BAD_AUTHORITY } from '../../protocol/wire';
import { beginFields, makeCoin, out } from '../firmware/payments';
import { channelRig } from '../firmware/rig';

describe('attack: closed before answered', () => {
  it('the closing is on flash before the forger hears of it: cut at every write of it', async () => {
    for (let cut = 1; cut <= 4; cut++) {
      const rig = await channelRig();
      rig.cold.flash.operations = 0;
      rig.cold.flash.cutAt = cut;
      const forged = {
        userTxNo: 'f',
        outs: out(50_000),
        coins: [makeCoin(rig, { sats: 100_000 })],
        feeSats: 1000,
        authority: new Uint8Array(32).fill(1),
      };
      let isAnswered = false;
      const asked = rig.ask(MSG_SIGN_BEGIN, beginFields(rig, forged)).then(
        () => undefined,
        (error) => void (isAnswered = error.code === 'refused' && error.refusal === REFUSE_BAD_AUTHORITY),
      );
      await rig.world.run(3000);
      expect(isAnswered, `cut ${cut}`).to.equal(false);
      rig.coldOff();
      rig.coldOn();
      await rig.world.finish(asked);
    }
  }).timeout(180_000);
});
