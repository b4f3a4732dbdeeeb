// Holds V's fee limits over the whole send loop: the API chooses the fee and is the attacker here. A fee beyond a limit
// stops the loop and alarms the admin; fees that use the window up hold the next withdrawal before it is signed. Spec:
// SPEC.md 11.

import { expect } from 'chai';
import type { VPolicy } from '../../../host/vdevice';
import { addressOf } from './fake-api';
import { PAYEE, createWorld, vtestOf, type World } from './world';

const OUTS = PAYEE + ',50000';

describe('host/vdevice fee limits', () => {
  let world: World;
  afterEach(() => world.close());

  async function begin(policy: VPolicy): Promise<void> {
    world = await createWorld();
    await world.open();
    await world.restart({ policy });
  }
  const requests = () => world.api.posts.filter((form) => form.user_tx_no !== undefined);
  const loop = async () => (await world.v.status()).loop;

  /** One withdrawal, built by the API with this fee; null: it does not show the inputs' values. */
  async function withdraw(id: number, feeSats: number | null): Promise<void> {
    world.site.vtest = await vtestOf(id, OUTS);
    await world.v.startLoop();
    await world.pass(10);
    const request = world.api.requests.get(String(id));
    if (!request) return;
    const hash = id.toString(16).padStart(64, '0');
    Object.assign(request, { status: 1, txHash: hash });
    const outputs = [
      { address: PAYEE, value: 50000 },
      { address: addressOf('change'), value: 30000 },
    ];
    world.api.details.set(hash, { outputs, inputs: [{ value: feeSats === null ? NaN : 80000 + feeSats }] });
    await world.pass(15);
  }

  it('attack: one fee beyond its limit stops the loop; the payment is reported when it runs again', async () => {
    await begin({ txMaxFeeSats: 999 });
    await withdraw(11, 1000);
    expect((await loop()).stoppedBecause).to.equal('policy-tx-fee');
    expect(world.adminTexts()).to.deep.equal(['policy-tx-fee: withdrawal 11 paid a fee of 1000 sats, loop is stop']);
    await world.pass(60);
    expect(world.site.reports).to.deep.equal([]);
    await world.restart({ policy: { txMaxFeeSats: 999 } });
    expect((await loop()).running).to.equal(false);
    await world.v.startLoop();
    await world.pass(10);
    expect(world.site.reports).to.deep.equal([{ vtest_id: '11', tx_hash: (11).toString(16).padStart(64, '0') }]);
  });

  it('attack: a fee rate beyond its limit, or beyond any sane one where none is set', async () => {
    await begin({ maxFeerateSatVb: 10 });
    await withdraw(11, 1400);
    expect((await loop()).running).to.equal(true);
    await withdraw(12, 1600);
    expect((await loop()).stoppedBecause).to.equal('policy-fee-rate');
    await world.close();
    await begin({});
    await withdraw(13, 200_000);
    expect((await loop()).stoppedBecause).to.equal('policy-fee-rate');
  });

  it('attack: many small fees: the window holds the next withdrawal unsigned, also over a restart', async () => {
    const policy = { windowSeconds: 3600, windowMaxFeeSats: 2000 };
    await begin(policy);
    await withdraw(11, 1000);
    await withdraw(12, 1000);
    expect(world.adminTexts()).to.deep.equal([]);
    await withdraw(13, 1000);
    await world.restart({ policy });
    await world.pass(600);
    expect([requests().length, world.adminTexts()]).to.deep.equal([2, ['policy-fee-velocity holds withdrawal 13']]);
    await world.pass(3600);
    expect(requests()).to.have.length(3);
  });

  it('attack: the fee that breaks the window stops the loop, and the next withdrawal is not signed', async () => {
    await begin({ windowMaxFeeSats: 1500 });
    await withdraw(11, 1000);
    await withdraw(12, 1000);
    expect((await loop()).stoppedBecause).to.equal('policy-fee-velocity');
    expect(world.adminTexts()[0]).to.include('policy-fee-velocity: withdrawal 12 paid a fee of 1000 sats');
    await withdraw(13, 1000);
    expect(world.api.requests.has('13')).to.equal(false);
  });

  it('attack: a hidden fee stops the loop if the customer has fee limits, and only then', async () => {
    const policy = { txMaxFeeSats: 1500, windowMaxFeeSats: 1500 };
    await begin(policy);
    await withdraw(11, null);
    await world.pass(120);
    expect((await loop()).stoppedBecause).to.equal('policy-fee-unknown');
    await withdraw(12, 1000);
    expect(world.api.requests.has('12')).to.equal(false);
    await world.close();
    await begin({});
    await withdraw(11, null);
    expect([(await loop()).running, world.site.reports.length]).to.deep.equal([true, 1]);
  });
});
