// Attack (I1): pieces of a previous transaction out of order, twice, or too many.
// Invariants: 1, 9 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { MSG_PREV_TX, MSG_SIGN_BEGIN, MSG_SIGN_INPUT, REFUSE_BAD_PREV_TX, REFUSE_BAD_STATE } from '../../protocol/wire';
import { beginFields, internal, makeCoin, out, refusalOf } from '../firmware/payments';
import { channelRig } from '../firmware/rig';

describe('attack: prev tx pieces', () => {
  it('pieces of a previous transaction out of order, twice, or too many', async () => {
    const rig = await channelRig();
    const coin = makeCoin(rig, { sats: 100_000, outputs: 20 });
    const half = coin.raw.slice(0, 200);
    await rig.ask(MSG_SIGN_BEGIN, beginFields(rig, { userTxNo: '1', outs: out(50_000), coins: [coin], feeSats: 1000 }));
    await rig.ask(MSG_SIGN_INPUT, [0, internal(coin.txid), coin.vout, 0xfffffffd, 0, 0, coin.raw.length]);
    expect((await refusalOf(rig.ask(MSG_PREV_TX, [0, 200, half]))).refusal).to.equal(REFUSE_BAD_STATE);
    await rig.ask(MSG_PREV_TX, [0, 0, half]);
    expect((await refusalOf(rig.ask(MSG_PREV_TX, [0, 0, half]))).refusal).to.equal(REFUSE_BAD_STATE);
    await rig.ask(MSG_PREV_TX, [0, 200, coin.raw.slice(200, 600)]);
    const rest = new Uint8Array(coin.raw.length - 600 + 1);
    expect((await refusalOf(rig.ask(MSG_PREV_TX, [0, 600, rest]))).refusal).to.equal(REFUSE_BAD_STATE);
    expect((await refusalOf(rig.ask(MSG_PREV_TX, [0, 600, rest.slice(1)]))).refusal).to.equal(REFUSE_BAD_PREV_TX);
  }).timeout(180_000);
});
