// Attack (I10): the website's process is hacked, with the password that seals withdrawals for V and the shop's token.
// With the limits that the simulated world has by default it gets no more than V pays in a day without a person's word,
// and V's admins read of the rest.
import { expect } from 'chai';
import { createSimulation } from '../../host/sim/simulation';
import { V_POLICY } from '../../host/sim/parties/customer-side';

const THIEF = 'bcrt1qw35xjetxyp6xs6t9vcs8g6rfv4nzqargwzfn33';

describe("attack: the website's process", () => {
  it('moves no more than a day may pay without approval, however it splits, and the admins hear of it', async () => {
    const sim = await createSimulation({ seed: 'website-process' });
    try {
      await sim.setUp();
      await sim.fundHot(120_000_000);
      const parts = [49_000_000, 27_000_000, 2_700_000, 600_000, 20_000_000];
      const ids: number[] = [];
      for (const sats of parts) ids.push(await sim.customer.shop.withdraw([{ address: THIEF, sats }]));
      for (let minute = 0; minute < 30; minute++) {
        await sim.advance(60_000);
        await sim.mine(1);
      }
      const status = await sim.customer.v.status();
      expect(status.sent.sats).to.equal(29_700_000).and.be.at.most(V_POLICY.approveAboveSats!);
      expect(status.approvals.map(({ sats }) => sats)).to.deep.equal([49_000_000, 600_000, 20_000_000]);
      const texts = sim.phones.customerAdmin.inbox.map(({ text }) => text!);
      expect(texts.filter((text) => /^CC:APPROVE:[A-Z2-7]{8} pays /.test(text))).to.have.length(3);
    } finally {
      await sim.close();
    }
  }).timeout(180_000);
});
