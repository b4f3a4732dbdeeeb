// Attack (I3): a batch proof is good for its side, number and channel alone.
// Invariants: 3 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { batchDigest, batchProof } from '../../protocol/request/authority';
import { aBatchAnswer, batchVerifyFields } from '../../protocol/sms/v2';
import { BATCH_OK, SMS_BATCH_VERIFY } from '../../protocol/wire';
import { addressOf, pubOf } from '../firmware/payments';
import { channelKey } from '../../protocol/channel/channel';
import { channelRig } from '../firmware/rig';

describe('attack: proof of another batch', () => {
  it('a batch proof is good for its side, number and channel alone', async () => {
    const rig = await channelRig();
    const proofs: string[] = [];
    for (const side of [1, 2]) {
      rig.v.received = [];
      rig.v.operate(SMS_BATCH_VERIFY, batchVerifyFields({ side, batchNo: 0 }));
      await rig.world.until(() => rig.v.received.length > 0);
      const answer = aBatchAnswer(rig.v.received[0].fields);
      expect(answer.status).to.equal(BATCH_OK);
      proofs.push(Buffer.from(answer.proof!).toString('hex'));
    }
    const addresses = (xpub: string): string[] =>
      Array.from({ length: 1000 }, (_, i) => addressOf('p2wpkh', pubOf(xpub, 0, i)));
    const expected = [rig.file.hot.xpub, rig.file.cold.xpub].map((xpub, i) =>
      Buffer.from(
        batchProof(
          rig.v.crypto,
          channelKey(rig.v.crypto, rig.v.channel!, 'proof', 32),
          i + 1,
          0,
          batchDigest(rig.v.crypto, { network: 'regtest', account: 0, side: i + 1, batchNo: 0 }, addresses(xpub)),
        ),
      ).toString('hex'),
    );
    expect(proofs).to.deep.equal(expected);
    expect(proofs[0]).to.not.equal(proofs[1]);
  }).timeout(180_000);
});
