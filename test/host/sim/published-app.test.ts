// The published app's protocol end to end: V speaks its texts, HSM-Cold answers in them. Spec: docs/published-app.md
// 3, 4, 6 and 8.
import { expect } from 'chai';
import { NUMBERS } from '../../../host/sim/numbers';
import { createSimulation, type Simulation } from '../../../host/sim/simulation';
import { PAYEES } from '../../../host/sim/story/money-steps';

describe('a customer of the published app', function () {
  this.timeout(120_000);
  let sim: Simulation;
  afterEach(() => sim.close());

  it('opens a channel, verifies batches, is paid and pays by text SMS alone', async () => {
    sim = await createSimulation({ seed: 'published-app', vProtocol: 'v1' });
    const binary: string[] = [];
    sim.gsm.onTraffic((sms) => {
      if (sms.text === null) binary.push(sms.from);
    });
    await sim.setUp();
    const { address } = await sim.customer.shop.call<{ address: string }>('POST', '/shop/deposit-address', {
      side: 'hot',
    });
    await sim.pay(address, 2_000_000, 1);
    await sim.until(
      async () => (await sim.customer.shop.call<{ hot: number }>('GET', '/shop/balances')).hot === 2_000_000,
      'the balance',
    );
    const id = await sim.customer.shop.withdraw([{ address: PAYEES[0], sats: 150_000 }]);
    const row = async () => (await sim.customer.shop.withdrawals()).find((withdrawal) => withdrawal.vtest_id === id)!;
    await sim.until(async () => (await row()).status !== 'waiting', "V's report");
    expect((await row()).status).to.equal('sent');
    sim.phones.customerAdmin.send(NUMBERS.v, 'CC:PING');
    await sim.until(() => sim.phones.customerAdmin.inbox.length > 0, 'the answer to PING');
    expect(sim.phones.customerAdmin.inbox.map((sms) => sms.text)).to.deep.equal(['ping is ok']);
    expect(binary).to.deep.equal([]);
  });
});
