// Holds: the rules of flash (host/sim/board/flash.ts): erased is 0xFF, programming clears bits, pages wear, a power cut
// leaves a change in part and nothing else touched.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { expect } from 'chai';
import { createFlash, PowerCut } from '../../../../host/sim/board';

const SMALL = { pageBytes: 16, pageCount: 4 };
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('sim/board flash', () => {
  it('starts erased', () => {
    expect([...createFlash(SMALL).read(0, 64)].every((byte) => byte === 0xff)).to.equal(true);
  });

  it('programs by clearing bits only', () => {
    const flash = createFlash(SMALL);
    flash.program(5, bytes(0xf0, 0x0f));
    flash.program(5, bytes(0x3c, 0xff));
    expect([...flash.read(4, 4)]).to.deep.equal([0xff, 0x30, 0x0f, 0xff]);
  });

  it('erases whole pages, counting their wear', () => {
    const flash = createFlash(SMALL);
    flash.program(0, new Uint8Array(64));
    flash.erase(2);
    flash.erase(2);
    expect([...flash.read(31, 18)]).to.deep.equal([0, ...new Array(16).fill(0xff), 0]);
    expect(flash.stats()).to.deep.equal({ writes: 1, erases: 2, wear: [0, 0, 2, 0] });
  });

  it('refuses what is out of range', () => {
    const flash = createFlash(SMALL);
    for (const work of [
      () => flash.read(60, 5),
      () => flash.program(64, bytes(1)),
      () => flash.erase(4),
      () => flash.read(-1, 1),
      () => flash.read(0.5, 1),
      () => flash.read(0, NaN),
    ]) {
      expect(work).to.throw().with.property('code', 'flash-range');
    }
    expect(flash.read(64, 0).length).to.equal(0);
  });

  it('copies what it takes and gives', () => {
    const flash = createFlash(SMALL);
    const given = bytes(1);
    flash.program(0, given);
    given[0] = 9;
    flash.read(0, 1)[0] = 7;
    expect(flash.read(0, 1)[0]).to.equal(1);
  });

  it('keeps its content in a file', () => {
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'chaincloud-flash-')), 'flash.bin');
    const flash = createFlash({ ...SMALL, file });
    flash.program(3, bytes(1, 2));
    flash.save();
    expect([...createFlash({ ...SMALL, file }).read(2, 4)]).to.deep.equal([255, 1, 2, 255]);
    fs.rmSync(path.dirname(file), { recursive: true });
  });

  describe('power cut', () => {
    it('comes in the n-th change and not before', () => {
      const flash = createFlash(SMALL);
      let cuts = 0;
      flash.cutAt(3, () => cuts++);
      flash.program(0, bytes(0));
      flash.erase(1);
      expect(() => flash.program(1, bytes(0))).to.throw(PowerCut);
      expect(cuts).to.equal(1);
      flash.program(2, bytes(0));
      expect(flash.read(2, 1)[0]).to.equal(0);
    });

    it('leaves a write done in part, wherever it stops', () => {
      for (const torn of [0, 0.25, 0.5, 0.75, 1]) {
        const flash = createFlash(SMALL);
        flash.cutAt(1, undefined, torn);
        expect(() => flash.program(4, new Uint8Array(8))).to.throw(PowerCut);
        const after = [...flash.read(0, 16)];
        const whole = torn * 8;
        expect(after.slice(4, 4 + whole).every((byte) => byte === 0)).to.equal(true);
        expect(
          after
            .slice(0, 4)
            .concat(after.slice(4 + whole + 1))
            .every((byte) => byte === 0xff || torn === 1),
        ).to.equal(true);
        if (whole < 8) expect(after[4 + whole]).to.equal(0xa5);
      }
    });

    it('leaves an erase done in part: old bits stay or are set, none is cleared', () => {
      const flash = createFlash(SMALL);
      flash.program(16, new Uint8Array(16));
      flash.cutAt(1);
      expect(() => flash.erase(1)).to.throw(PowerCut);
      const after = [...flash.read(16, 16)];
      expect(after.slice(0, 8)).to.deep.equal(new Array(8).fill(0xff));
      expect(after.slice(8).every((byte) => byte !== 0xff)).to.equal(true);
      expect([...flash.read(0, 16)].concat([...flash.read(32, 16)]).every((byte) => byte === 0xff)).to.equal(true);
    });

    it('can be taken back, and wants a whole number', () => {
      const flash = createFlash(SMALL);
      flash.cutAt(1);
      flash.cutAt(undefined);
      flash.program(0, bytes(0));
      expect(() => flash.cutAt(0))
        .to.throw()
        .with.property('code', 'bad-count');
    });
  });
});
