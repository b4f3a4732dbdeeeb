// Attack (I7): a loop that V stopped because of an attack is not started by an SMS with an admin's number forged. The
// whole system runs; the answer with the code goes to the admin's phone, where the attacker does not read it.
import { expect } from 'chai';
import { NUMBERS } from '../../host/sim/numbers';
import { createSimulation } from '../../host/sim/simulation';
import { openSqlFile } from '../../host/kit/sql/sql-file';
import { PAYEES } from '../../host/sim/story/money-steps';

const SOON_MS = 120_000;
const FUNDS_SATS = 9_000_000;

describe('attack: forged start of the loop', () => {
  it('stays stopped after an attack, whatever comes by SMS, and pays once its admin sends the code', async () => {
    const sim = await createSimulation({ seed: 'forged-start' });
    await sim.setUp();
    await sim.fundHot(FUNDS_SATS);
    const { v, shop, websiteFile } = sim.customer;
    const table = openSqlFile(websiteFile);
    table.run(
      'INSERT INTO withdrawals (vtest_id, idempotency_key, outs, dynamic, vtest_info, created_ms) ' +
        "VALUES (1, 'planted', '[]', 0, '00/00/00', 0)",
    );
    await sim.advance(SOON_MS);
    expect((await v.status()).loop.running).to.equal(false);
    table.run('DELETE FROM withdrawals WHERE vtest_id = 1');
    await shop.withdraw([{ address: PAYEES[0], sats: 100_000 }]);
    for (const text of ['CC:START_LOOP', 'CC:START_LOOP:AAAAAAAA', 'CC:START_LOOP:']) {
      sim.gsm.inject({ from: NUMBERS.customerAdmin, to: NUMBERS.v, text });
      await sim.advance(SOON_MS);
    }
    expect((await v.status()).loop.running).to.equal(false);
    expect((await shop.withdrawals())[0].status).to.not.equal('sent');
    const words = sim.phones.customerAdmin.inbox
      .map((sms) => sms.text ?? '')
      .find((text) => text.includes('START_LOOP:'));
    sim.phones.customerAdmin.send(NUMBERS.v, /CC:\S+/.exec(words!)![0]);
    await sim.advance(SOON_MS);
    expect((await v.status()).loop.running).to.equal(true);
    await sim.close();
  }).timeout(300_000);
});
