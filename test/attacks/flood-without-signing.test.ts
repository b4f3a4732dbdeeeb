// Attack (I13): pieces, finishes and results without a signing: they end at HSM-Hot and cost HSM-Cold nothing.
// Invariants: 9 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { MSG_PREV_TX, MSG_SIGN_FINISH, MSG_SIGN_OUTS, MSG_SIGN_RESULT, REFUSE_BAD_STATE } from '../../protocol/wire';
import { refusalOf } from '../firmware/payments';
import { channelRig } from '../firmware/rig';

describe('attack: flood without signing', () => {
  it('pieces, finishes and results without a signing end at HSM-Hot', async () => {
    const rig = await channelRig();
    const heard = rig.cold.link.written.length;
    for (let n = 0; n < 200; n++) {
      const [type, fields] = (
        [
          [MSG_PREV_TX, [0, 0, new Uint8Array(400)]],
          [MSG_SIGN_FINISH, []],
          [MSG_SIGN_RESULT, [0]],
          [MSG_SIGN_OUTS, [0, 'x']],
        ] as [number, unknown[]][]
      )[n % 4];
      expect(await refusalOf(rig.ask(type, fields))).to.deep.equal({ refusal: REFUSE_BAD_STATE, tag: 'no-signing' });
    }
    expect(rig.cold.link.written.length - heard, 'octets that HSM-Cold said meanwhile').to.be.lessThan(100);
  }).timeout(180_000);
});
