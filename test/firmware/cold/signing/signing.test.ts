// Signing over the link, through HSM-Hot, to signatures that an independent implementation accepts. Spec: SPEC.md,
// signing; BIP143.
import { expect } from 'chai';
import { createConsoleClient, status } from '../../../../host/operator';
import { INPUTS_MAX, MSG_PING, OUTS_COUNT_MAX } from '../../../../protocol/wire';
import { makeCoin, out, pay } from '../../payments';
import { channelRig, wake } from '../../rig';
import { V_MAX_FEE_SATS } from '../../v-double';

describe('cold/signing', () => {
  for (const script of ['p2wpkh', 'p2pkh'] as const) {
    it(`signs what was asked, ${script}, change to its own key`, async () => {
      const rig = await channelRig({ script });
      const coins = [
        makeCoin(rig, { sats: 5_000_000, index: 3 }),
        makeCoin(rig, { sats: 700_000, chain: 1, index: 2, hasWitness: true, outputs: 5 }),
      ];
      const signed = await pay(rig, {
        userTxNo: '1',
        outs: [out(1_000_000, 1), out(20_000, 2), out(30_000, 3)].join(';'),
        coins,
        feeSats: 2000,
        changeIndex: 9,
      });
      expect(Buffer.from(signed.digest).reverse().toString('hex')).to.equal(signed.unsignedId);
      expect(rig.world.errors).to.deep.equal([]);
    });
  }

  it('signs without change when the sums meet', async () => {
    const rig = await channelRig();
    await pay(rig, {
      userTxNo: '2',
      outs: out(99_000),
      coins: [makeCoin(rig, { sats: 100_000 })],
      feeSats: 1000,
      changeIndex: null,
    });
  });

  it('gives the same request the same signatures, also after both boards restart, and counts it once', async () => {
    const rig = await channelRig();
    const payments = async (): Promise<string | undefined> =>
      (await rig.world.finish(status(rig.coldConsole))).find((line) => line.startsWith('payments '));
    const payment = {
      userTxNo: '3',
      outs: out(50_000),
      coins: [makeCoin(rig, { sats: 100_000 })],
      feeSats: 1000,
      changeIndex: 4,
    };
    const first = await pay(rig, payment);
    const counted = await payments();
    expect(counted).to.match(/^payments 1 /);
    expect((await pay(rig, payment)).sigs).to.deep.equal(first.sigs);
    expect(await payments()).to.equal(counted);
    rig.coldOff();
    rig.hotOff();
    rig.hotOn();
    rig.coldOn();
    rig.coldConsole = createConsoleClient({ port: rig.cold.console.port });
    await wake(rig);
    expect((await pay(rig, payment)).sigs).to.deep.equal(first.sigs);
    expect(await payments()).to.equal(counted);
  }).timeout(60_000);

  for (const script of ['p2wpkh', 'p2pkh'] as const)
    it(`signs the largest transaction, ${INPUTS_MAX} ${script} inputs and ${OUTS_COUNT_MAX} outputs`, async () => {
      const rig = await channelRig({ script });
      const coins = Array.from({ length: INPUTS_MAX }, (_, index) => makeCoin(rig, { sats: 100_000, index }));
      const outs = Array.from({ length: OUTS_COUNT_MAX }, (_, n) => out(50_000, n + 1)).join(';');
      const signed = await pay(rig, { userTxNo: '5', outs, coins, feeSats: 20_000 });
      expect(signed.sigs).to.have.length(INPUTS_MAX);
    }).timeout(180_000);

  it('records a payment in four programs of the flash, and asked again in none', async () => {
    const rig = await channelRig();
    const payment = { userTxNo: '6', outs: out(50_000), coins: [makeCoin(rig, { sats: 100_000 })], feeSats: 1000 };
    // The first request under a new channel also records that the channel is in use.
    await pay(rig, { ...payment, userTxNo: '7' });
    rig.cold.flash.operations = 0;
    await pay(rig, payment);
    const first = rig.cold.flash.operations;
    await pay(rig, payment);
    expect(first).to.equal(4);
    expect(rig.cold.flash.operations).to.equal(first);
  });

  it('replies to PING', async () => {
    const rig = await channelRig();
    await rig.ask(MSG_PING, [0, 2, rig.v.channel!.id, 'p1', 'PING', 0, V_MAX_FEE_SATS, rig.v.authority('p1', 'PING')]);
  });
});
