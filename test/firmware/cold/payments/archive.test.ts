// A board whose Storage is full: nothing is signed that is not written down, the board answers, tells in time, and goes
// on when there is room again.
import { expect } from 'chai';
import { ARCHIVE_BYTES, ARCHIVE_ENTRIES } from '../../../../firmware/cold/payments/archive';
import { status, valueOf } from '../../../../host/operator';
import { MSG_COLD_STATUS, REFUSE_NOT_READY } from '../../../../protocol/wire';
import { fill } from '../../cuts/prepared';
import { viewOf } from '../../cuts/view';
import { makeCoin, out, pay, refusalOf, type Payment } from '../../payments';
import { channelRig, wake, type Rig } from '../../rig';
import { PAYMENTS_KEPT_MAX } from '../../../../firmware/cold/payments/tidy';

const payment = (rig: Rig, userTxNo: string): Payment => ({
  userTxNo,
  outs: out(20_000),
  coins: [makeCoin(rig, { sats: 100_000 })],
  feeSats: 1000,
});
const linesOf = (rig: Rig): Promise<string[]> => rig.world.finish(status(rig.coldConsole));
const troubles = async (rig: Rig): Promise<string[]> =>
  (await linesOf(rig)).filter((line) => line.startsWith('trouble '));

async function filled(before: (rig: Rig) => void): Promise<Rig> {
  const rig = await channelRig();
  before(rig);
  fill(rig, PAYMENTS_KEPT_MAX);
  await wake(rig);
  return rig;
}

const CASES: [name: string, full: (rig: Rig) => void, room: (rig: Rig) => void, tag: string][] = [
  [
    'no room is left',
    (rig) => void (rig.cold.storageBytes = 0),
    (rig) => void (rig.cold.storageBytes = 900_000),
    'storage-full',
  ],
  [
    'Storage refuses to write',
    (rig) => void (rig.cold.isStorageStuck = true),
    (rig) => void (rig.cold.isStorageStuck = false),
    'storage-full',
  ],
  [
    'Storage keeps something else',
    (rig) =>
      void (rig.cold.hal.files.readFile = (name) => (name === 'u1' ? new Uint8Array(4) : rig.cold.files.get(name))),
    (rig) => void (rig.cold.hal.files.readFile = (name) => rig.cold.files.get(name)),
    'storage-failed',
  ],
];

describe('cold/storage full', () => {
  for (const [name, full, room, tag] of CASES) {
    it(name, async () => {
      const rig = await filled(full);
      const last = payment(rig, 'last');
      await pay(rig, last);
      const before = viewOf(rig.cold);
      expect(await refusalOf(pay(rig, payment(rig, 'more')))).to.deep.equal({ refusal: REFUSE_NOT_READY, tag });
      await rig.world.run(60_000);
      expect(viewOf(rig.cold)).to.deep.equal(before);
      expect(rig.world.errors).to.deep.equal([]);
      expect(await troubles(rig)).to.include('trouble payments wait for room in Storage');
      await rig.ask(MSG_COLD_STATUS, []);
      await pay(rig, last);
      room(rig);
      await pay(rig, payment(rig, 'more'));
      expect(viewOf(rig.cold).archived).to.equal('1');
      expect(await troubles(rig)).to.deep.equal([]);
    }).timeout(60_000);
  }

  it('status warns of it long before', async () => {
    const rig = await channelRig();
    rig.cold.storageBytes = 100_000;
    const room = Number(/room (\d+)/.exec(valueOf(await linesOf(rig), 'payments'))![1]);
    const used = [...rig.cold.files.values()].reduce((sum, bytes) => sum + bytes.length + 32, 0);
    expect(room).to.equal(
      PAYMENTS_KEPT_MAX + 1 + ARCHIVE_ENTRIES * Math.floor((100_000 - used) / (ARCHIVE_BYTES + 32)),
    );
    expect(await troubles(rig)).to.deep.equal([]);
    rig.cold.storageBytes = 60_000;
    expect((await troubles(rig))[0]).to.match(/^trouble Storage holds \d+ more payments/);
  }).timeout(60_000);
});
