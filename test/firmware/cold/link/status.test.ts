// Holds firmware/cold/link/status.ts: what the link is told of the board, before and after a payment, a refusal, a lock
// and a restart. The room itself: ../payments/archive.test.ts.
import { expect } from 'chai';
import { lock, status, valueOf } from '../../../../host/operator';
import { MSG_COLD_STATUS } from '../../../../protocol/wire';
import { begin, makeCoin, out, pay, refusalOf, type Payment } from '../../payments';
import { channelRig, linkUp, type Rig } from '../../rig';

/** Place of the first count. */
const COUNTS_AT = 6;

describe('cold/link/status', function () {
  this.timeout(60_000);
  const ask = async (rig: Rig): Promise<unknown[]> => (await rig.ask(MSG_COLD_STATUS, [])) as unknown[];
  const payment = (rig: Rig): Payment => ({
    userTxNo: '1',
    outs: out(20_000),
    coins: [makeCoin(rig, { sats: 100_000 })],
    feeSats: 1000,
  });

  it('counts payments, room, refusals; locked it says the same', async () => {
    const rig = await channelRig();
    const [before, room] = (await ask(rig)).slice(COUNTS_AT) as number[];
    expect([before, room > 0]).to.deep.equal([0, true]);
    await pay(rig, payment(rig));
    await refusalOf(begin(rig, { ...payment(rig), userTxNo: '2', feeSats: 90_000_000 }));
    const counts = (await ask(rig)).slice(COUNTS_AT);
    expect(counts).to.deep.equal([1, room - 1, 1, 1, 0, 1]); // the refusal's notice waits
    await rig.world.run(60_000);
    expect((await ask(rig)).slice(COUNTS_AT)).to.deep.equal([1, room - 1, 1, 1, 0, 0]);
    const shown = valueOf(await rig.world.finish(status(rig.coldConsole)), 'payments');
    expect(shown).to.equal(`1 archived 0 room ${room - 1}`);
    await rig.world.finish(lock(rig.coldConsole));
    await linkUp(rig);
    expect((await ask(rig)).slice(COUNTS_AT, COUNTS_AT + 2)).to.deep.equal([1, room - 1]);
    expect((await ask(rig))[0]).to.equal(2);
  });
});
