// Attack (I1): an API that pays a higher fee than V allowed, with and without changing what it says that V allowed.
// Invariants: 1 (SPEC.md, what must never happen).
import { expect } from 'chai';
import { REFUSE_BAD_AUTHORITY, REFUSE_POLICY } from '../../protocol/wire';
import { makeCoin, out, pay, refusalOf, type Payment } from '../firmware/payments';
import { channelRig, type Rig } from '../firmware/rig';

const ALLOWED_SATS = 1500;

const payment = (rig: Rig, feeSats: number): Payment => ({
  userTxNo: '1',
  outs: out(50_000),
  coins: [makeCoin(rig, { sats: 50_000 + feeSats })],
  feeSats,
  changeIndex: null,
  maxFeeSats: ALLOWED_SATS,
});

describe('attack: fee above what V allowed', () => {
  it('is refused by one satoshi, and the fee that V allowed passes after it', async () => {
    const rig = await channelRig();
    const refused = await refusalOf(pay(rig, payment(rig, ALLOWED_SATS + 1)));
    expect([refused.refusal, refused.tag]).to.deep.equal([REFUSE_POLICY, 'policy-max-fee']);
    expect((await pay(rig, payment(rig, ALLOWED_SATS))).sigs).to.have.length(1);
  }).timeout(180_000);

  it('a replacement is held to it as well', async () => {
    const rig = await channelRig();
    const first = payment(rig, 1000);
    await pay(rig, first);
    const coins = [...first.coins, makeCoin(rig, { sats: 100_000 })];
    const higher = { ...first, coins, feeSats: ALLOWED_SATS + 1, changeIndex: 0 };
    expect((await refusalOf(pay(rig, higher))).tag).to.equal('policy-max-fee');
  }).timeout(180_000);

  it('a limit that the API raises is a forgery: the account closes', async () => {
    const rig = await channelRig();
    const authority = rig.v.authority('1', out(50_000), 0, rig.v.channel, ALLOWED_SATS);
    const raised = { ...payment(rig, ALLOWED_SATS + 1), authority, maxFeeSats: ALLOWED_SATS + 1 };
    expect((await refusalOf(pay(rig, raised))).refusal).to.equal(REFUSE_BAD_AUTHORITY);
  }).timeout(180_000);
});
