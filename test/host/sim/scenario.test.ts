// Scenarios of a customer's own tests, each about ten lines: what the system promises when SMS are lost, power fails,
// days pass.
import { DAY_MS } from '../../../protocol/time';
import { expect } from 'chai';
import { createSimulation, type Simulation } from '../../../host/sim/simulation';
import { NUMBERS } from '../../../host/sim/numbers';
import { PAYEES } from '../../../host/sim/story/money-steps';

describe('scenarios in the simulator', function () {
  this.timeout(600_000);
  let sim: Simulation;
  beforeEach(async () => void (sim = await createSimulation({ seed: 'scenario' })));
  afterEach(() => sim.close());

  async function sent(id: number): Promise<string | null> {
    return (await sim.customer.shop.withdrawals()).find((row) => row.vtest_id === id)!.tx_hash;
  }

  it('re-keys each day although SMS are lost', async () => {
    await sim.setUp();
    const first = (await sim.customer.v.status()).channel!.id;
    sim.gsm.rule({ from: NUMBERS.v, action: 'drop' });
    await sim.advance(DAY_MS);
    sim.gsm.rule({ to: NUMBERS.v, action: 'drop' });
    await sim.advance(DAY_MS);
    expect((await sim.customer.v.status()).channel!.id).to.be.greaterThan(first + 1);
  });

  it('pays once although HSM-Cold loses power in the middle of a request', async () => {
    await sim.setUp();
    await sim.fundHot(2_000_000);
    sim.boards.cold.cutPowerAtWrite(2);
    const id = await sim.customer.shop.withdraw([{ address: PAYEES[0], sats: 150_000 }]);
    await sim.until(() => !sim.boards.cold.isOn, 'the power cut');
    await sim.advance(60_000);
    await sim.boards.cold.powerOn();
    await sim.ceremony.unlock();
    await sim.until(async () => (await sent(id)) !== null, 'the payment');
    await sim.mine(1);
    const paid = await sim.platform.rpc.call<{ vout: unknown[] }>('getrawtransaction', [await sent(id), true]);
    expect(paid.vout.length).to.be.at.most(2);
  });

  it('pays after V was restarted in the middle of a request', async () => {
    await sim.setUp();
    await sim.fundHot(2_000_000);
    const id = await sim.customer.shop.withdraw([{ address: PAYEES[1], sats: 90_000 }]);
    await sim.advance(4_000);
    await sim.customer.restartV();
    await sim.until(async () => (await sent(id)) !== null, 'the payment');
  });

  it('answers no SMS of a stranger', async () => {
    await sim.setUp();
    const before = sim.gsm.stats().submitted;
    const stranger = sim.gsm.person('+8613700000000');
    stranger.send(NUMBERS.cold, 'CC:QH:hello:H_ID:1:');
    stranger.send(NUMBERS.v, 'CC:STOP_LOOP');
    await sim.advance(120_000);
    expect(sim.gsm.stats().submitted - before).to.equal(2);
    expect((await sim.customer.v.status()).loop.running).to.equal(true);
  });

  it('gives the same bytes on every line for the same seed', async () => {
    const record = async (world: Simulation): Promise<string> => {
      const parts: string[] = [];
      const { lines } = world.boards;
      for (const line of [lines.host, lines.link, lines.console, ...lines.modems]) {
        line.tap((from, bytes, atMs) => void parts.push(`${atMs} ${from} ${Buffer.from(bytes).toString('hex')}`));
      }
      await world.setUp();
      return parts.join('\n');
    };
    const again = await createSimulation({ seed: 'scenario' });
    const other = await createSimulation({ seed: 'another' });
    try {
      const first = await record(sim);
      expect((await record(again)) === first, 'same seed, same bytes').to.equal(true);
      expect((await record(other)) === first, 'another seed, other bytes').to.equal(false);
    } finally {
      await again.close();
      await other.close();
    }
  });
});
