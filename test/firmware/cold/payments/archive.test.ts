// A board whose archives take no payments: nothing is signed that is not written down, the board answers, tells in
// time, and goes on when there is room again. Invariants: I2, I5.
import { expect } from 'chai';
import { PAYMENTS_KEPT_MAX } from '../../../../firmware/cold/payments/tidy';
import { status } from '../../../../host/operator';
import { MSG_COLD_STATUS, REFUSE_NOT_READY } from '../../../../protocol/wire';
import { fill } from '../../cuts/prepared';
import { viewOf } from '../../cuts/view';
import { makeCoin, out, pay, refusalOf, type Payment } from '../../payments';
import { channelRig, wake, type Rig } from '../../rig';
import { payAs, ringMachine } from './ring';

const payment = (rig: Rig, userTxNo: string): Payment => ({
  userTxNo,
  outs: out(20_000),
  coins: [makeCoin(rig, { sats: 100_000 })],
  feeSats: 1000,
});
const troubles = async (rig: Rig): Promise<string[]> =>
  (await rig.world.finish(status(rig.coldConsole))).filter((line) => line.startsWith('trouble '));

type Flash = Rig['cold']['hal']['flash'];

/** A flash whose pages for archives are broken, the others sound. */
function brokenArchive(sound: Flash, broken: Partial<Flash>): Flash {
  const isArchive = (offset: number): boolean => offset >= sound.pageCount * sound.pageBytes;
  return {
    pageBytes: sound.pageBytes,
    pageCount: sound.pageCount,
    archivePages: sound.archivePages,
    readBytes: (offset, lenBytes) =>
      ((isArchive(offset) && broken.readBytes) || sound.readBytes.bind(sound))(offset, lenBytes),
    writeBytes: (offset, bytes) =>
      ((isArchive(offset) && broken.writeBytes) || sound.writeBytes.bind(sound))(offset, bytes),
    clearPage: (page) => sound.clearPage(page),
  };
}

const CASES: [name: string, broken: Partial<Flash>][] = [
  ['pages take nothing', { writeBytes: () => undefined }],
  ['pages are read as something else', { readBytes: (_, lenBytes) => new Uint8Array(lenBytes).fill(3) }],
];

describe('cold/payments/archive', () => {
  for (const [name, broken] of CASES) {
    it(`${name}: nothing is signed, nothing counted, and payments go on afterwards`, async () => {
      const rig = await channelRig();
      const sound = rig.cold.hal.flash;
      rig.cold.hal.flash = brokenArchive(sound, broken);
      fill(rig, PAYMENTS_KEPT_MAX);
      await wake(rig);
      const last = payment(rig, 'last');
      await pay(rig, last);
      const before = viewOf(rig.cold);
      expect(await refusalOf(pay(rig, payment(rig, 'more')))).to.deep.equal({
        refusal: REFUSE_NOT_READY,
        tag: 'storage-failed',
      });
      await rig.world.run(60_000);
      expect(viewOf(rig.cold)).to.deep.equal(before);
      expect(rig.world.errors).to.deep.equal([]);
      expect(await troubles(rig)).to.include('trouble payments wait for room in the archives');
      await rig.ask(MSG_COLD_STATUS, []);
      await pay(rig, last);
      rig.cold.hal.flash = sound;
      await pay(rig, payment(rig, 'more'));
      expect(Number(viewOf(rig.cold).archived)).to.be.greaterThan(0);
      expect(await troubles(rig)).to.deep.equal([]);
    }).timeout(60_000);
  }

  for (const pages of [0, 1, 3])
    it(`a Storage with ${pages} pages for archives signs nothing: storage-full`, () => {
      expect(payAs(ringMachine(pages), '1', 1)).to.equal('storage-full');
    });

  it('tells the admins once that accounts wait', async () => {
    const rig = await channelRig();
    rig.cold.hal.flash = { ...brokenArchive(rig.cold.hal.flash, {}), archivePages: 3 };
    fill(rig, PAYMENTS_KEPT_MAX + 1);
    await wake(rig);
    await rig.world.run(600_000);
    const told = (): string[] =>
      rig.admin.inbox.flatMap(({ text }) => (text && /wait for room/.test(text) ? [text] : []));
    expect(told()).to.deep.equal(['ChainCloud HSM-Cold: payments wait for room in its archives. Accounts: 0']);
  }).timeout(60_000);
});
