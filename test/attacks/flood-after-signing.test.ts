// Attack (I13): a signing that is over, or refused, is used to reach HSM-Cold without end: HSM-Hot knows what the
// signing may still need. Invariants: 9 (SPEC.md, what must never happen).
import { expect } from 'chai';
import {
  MSG_PREV_TX,
  MSG_SIGN_FINISH,
  MSG_SIGN_INPUT,
  MSG_SIGN_OUTS,
  MSG_SIGN_RESULT,
  MSG_STATUS,
  PREV_TX_CHUNK_MAX,
  REFUSE_BAD_STATE,
} from '../../protocol/wire';
import { begin, internal, makeCoin, out, pay, refusalOf, sendCoin, type Coin } from '../firmware/payments';
import { channelRig, type Rig } from '../firmware/rig';

const AMOUNT = 500;

const relayed = async (rig: Rig): Promise<number> => (await rig.ask(MSG_STATUS, []))[5];

/** Everything of a signing, over and over; answers how much of it reached HSM-Cold. */
async function flood(rig: Rig, coin: Coin): Promise<number> {
  const before = await relayed(rig);
  const requests: [number, unknown[]][] = [
    [MSG_PREV_TX, [0, 0, coin.raw.slice(0, PREV_TX_CHUNK_MAX)]],
    [MSG_SIGN_INPUT, [0, internal(coin.txid), coin.vout, 0xfffffffd, 0, 0, 1_000_000]],
    [MSG_SIGN_OUTS, [0, 'x'.repeat(400)]],
    [MSG_SIGN_FINISH, []],
    [MSG_SIGN_RESULT, [0]],
  ];
  for (let n = 0; n < AMOUNT; n++) {
    const [type, fields] = requests[n % requests.length];
    expect((await refusalOf(rig.ask(type, fields))).refusal).to.equal(REFUSE_BAD_STATE);
  }
  return (await relayed(rig)) - before;
}

describe('attack: flood after signing', () => {
  it('after the last signature nothing more of the signing goes through', async () => {
    const rig = await channelRig();
    const coin = makeCoin(rig, { sats: 100_000 });
    const payment = { userTxNo: '1', outs: out(50_000), coins: [coin], feeSats: 1000 };
    await pay(rig, payment);
    expect(await flood(rig, coin)).to.equal(0);
    await pay(rig, payment);
  }).timeout(180_000);

  it('nor after a refusal', async () => {
    const rig = await channelRig();
    const coin = makeCoin(rig, { sats: 100_000, side: 'cold' });
    await refusalOf(pay(rig, { userTxNo: '1', outs: out(50_000), coins: [coin], feeSats: 1000 }));
    expect(await flood(rig, coin)).to.equal(0);
  }).timeout(180_000);

  it('nor does a signing under way let through what it does not need next', async () => {
    const rig = await channelRig();
    const coin = makeCoin(rig, { sats: 100_000 });
    await begin(rig, { userTxNo: '1', outs: out(50_000), coins: [coin], feeSats: 1000 });
    await sendCoin(rig, 0, coin);
    const before = await relayed(rig);
    for (let n = 0; n < AMOUNT; n++) {
      const [type, fields] = (
        [
          [MSG_PREV_TX, [0, 0, coin.raw.slice(0, 400)]],
          [MSG_SIGN_INPUT, [1, internal(coin.txid), 0, 0xfffffffd, 0, 0, 300]],
          [MSG_SIGN_OUTS, [0, 'x'.repeat(400)]],
          [MSG_SIGN_RESULT, [0]],
        ] as [number, unknown[]][]
      )[n % 4];
      expect(await refusalOf(rig.ask(type, fields))).to.deep.equal({ refusal: REFUSE_BAD_STATE, tag: 'bad-state' });
    }
    expect((await relayed(rig)) - before).to.equal(0);
    await rig.ask(MSG_SIGN_FINISH, []);
    expect((await rig.ask(MSG_SIGN_RESULT, [0]))[0]).to.have.length(1);
  }).timeout(180_000);
});
