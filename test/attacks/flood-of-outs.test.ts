// Attack (I13): a text announced without any authority, sent one character at a time, again and again.
// Invariants: 9 (SPEC.md, what must never happen).
import { expect } from 'chai';
import {
  MSG_SIGN_BEGIN,
  MSG_SIGN_OUTS,
  MSG_STATUS,
  OUTS_MAX,
  REFUSE_BAD_AUTHORITY,
  REFUSE_BAD_STATE,
} from '../../protocol/wire';
import { beginFields, makeCoin, refusalOf } from '../firmware/payments';
import { channelRig, type Rig } from '../firmware/rig';

async function announce(rig: Rig): Promise<void> {
  const payment = {
    userTxNo: '1',
    outs: 'x'.repeat(OUTS_MAX),
    coins: [makeCoin(rig, { sats: 100_000 })],
    feeSats: 1000,
    authority: new Uint8Array(32),
  };
  await rig.ask(MSG_SIGN_BEGIN, beginFields(rig, payment));
}

describe('attack: flood of outs', () => {
  it('pieces of a character do not go through', async () => {
    const rig = await channelRig();
    await announce(rig);
    const before = (await rig.ask(MSG_STATUS, []))[5];
    for (let at = 0; at < 300; at++)
      expect((await refusalOf(rig.ask(MSG_SIGN_OUTS, [at, 'x']))).refusal).to.equal(REFUSE_BAD_STATE);
    expect((await rig.ask(MSG_STATUS, []))[5] - before).to.equal(0);
  }).timeout(180_000);

  it('the whole text takes 41 pieces at most, and then the account is closed', async () => {
    const rig = await channelRig();
    await announce(rig);
    let last = { refusal: 0, tag: '' };
    for (let n = 0; n < 41; n++)
      last = await refusalOf(rig.ask(MSG_SIGN_OUTS, [200 * n, 'x'.repeat(200)])).catch(() => last);
    expect(last.refusal).to.equal(REFUSE_BAD_AUTHORITY);
    expect((await refusalOf(rig.ask(MSG_SIGN_OUTS, [0, 'x'.repeat(200)]))).tag).to.equal('no-signing');
  }).timeout(180_000);
});
