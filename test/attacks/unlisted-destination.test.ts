// Attack (I1): an address that is not on the allow-list, whatever V signed.
// Invariants: 1 (SPEC.md, what must never happen).
// Neighbours of an address compared as text, at HSM-Cold: the allow-list and the payment, the payout address of an
// account and of its change, each side in capitals (jam #1470, litecoin #704; BIP173). V: ../host/vdevice/policy.
import { expect } from 'chai';
import { changeAccount } from '../../host/operator';
import { makeCoin, out, pay, refusalOf } from '../firmware/payments';
import { PIN, accountData, channelRig, readyRig } from '../firmware/rig';

describe('attack: unlisted destination', () => {
  it('an address that is not on the allow-list, whatever V signed', async () => {
    const listed = out(1, 3).split(',')[0];
    const rig = await channelRig({ account: { policy: { isAllowListOnly: true }, allowList: [listed] } });
    const coins = [makeCoin(rig, { sats: 100_000 })];
    expect(
      (await refusalOf(pay(rig, { userTxNo: '1', outs: `${out(20_000, 3)};${out(20_000, 4)}`, coins, feeSats: 1000 })))
        .tag,
    ).to.equal('policy-destination');
    await pay(rig, { userTxNo: '2', outs: out(20_000, 3), coins, feeSats: 1000 });
  }).timeout(180_000);

  it('the same address in capitals is listed, on either side', async () => {
    const listed = out(1, 3).split(',')[0].toUpperCase();
    const rig = await channelRig({ account: { policy: { isAllowListOnly: true }, allowList: [listed] } });
    for (const [userTxNo, outs] of [
      ['1', `${listed},20000`],
      ['2', out(20_000, 3)],
    ])
      await pay(rig, {
        userTxNo,
        outs,
        coins: [makeCoin(rig, { sats: 100_000, index: Number(userTxNo) })],
        feeSats: 1000,
      });
  }).timeout(180_000);

  it('the payout address of an account in capitals is the same one, another is not', async () => {
    const rig = await readyRig();
    const data = accountData(rig, {});
    const change = (payoutAddress: string): Promise<unknown> =>
      rig.world.finish(changeAccount(rig.coldConsole, 0, { ...data, payoutAddress }, PIN)).then(
        () => 'changed',
        (error: { code: string }) => error.code,
      );
    const lower = data.payoutAddress;
    expect([
      await change(lower.toUpperCase()),
      await change(lower),
      await change(out(1, 3).split(',')[0]),
      await change(lower.replace('q', 'Q')),
    ]).to.deep.equal(['changed', 'changed', 'account-fixed', 'crypto-bech32']);
  }).timeout(180_000);
});
