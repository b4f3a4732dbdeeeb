// Holds tools/flash/rollback: back to the other slot's image where a whole one is, cut at its one write, and nothing
// else.
import { expect } from 'chai';
import { createFlash } from '../../../host/sim/board/flash';
import { boardNamed } from '../../../tools/flash/boards';
import { createBench, modelImage, type Bench } from '../../../tools/flash/model/interrupted';
import { rollBack } from '../../../tools/flash/rollback';

const AREA = boardNamed('esp32-sim800l').storage;
const IMAGE_BYTES = 9000;

async function boardOf(versions: number[], seed: string): Promise<Bench> {
  const bench = createBench({ seed });
  for (const version of versions) expect(await bench.upload(modelImage(version, IMAGE_BYTES))).to.equal('done');
  return bench;
}

function bootedOf(bench: Bench): unknown {
  bench.board.powerOn();
  return bench.booted();
}

describe('flash: rollback', () => {
  it('boots the image before, and forward again with one page written', async () => {
    const bench = await boardOf([1, 2], 'back');
    expect(bootedOf(bench)).to.equal(2);
    expect(await bench.atPrompt(rollBack)).to.equal('done');
    expect(bootedOf(bench)).to.equal(1);
    const { erases } = bench.flash.stats();
    expect(await bench.upload(modelImage(2, IMAGE_BYTES))).to.equal('done');
    expect(bench.flash.stats().erases - erases).to.equal(1);
    expect(bootedOf(bench)).to.equal(2);
  });
  it('changes the header of the slot that booted and not another byte', async () => {
    const bench = await boardOf([1, 2], 'bytes');
    const before = Buffer.from(bench.flash.content());
    await bench.atPrompt(rollBack);
    const after = bench.flash.content();
    const changed = before.reduce<number[]>((list, byte, i) => (byte === after[i] ? list : [...list, i]), []);
    expect(changed[changed.length - 1] - changed[0]).to.be.below(128);
    expect(changed[0] % AREA.pageBytes).to.be.below(128);
  });
  it('is refused, with the flash as it was, where the other slot holds nothing whole', async () => {
    for (const bench of [await boardOf([1], 'one'), await boardOf([1, 2], 'two')]) {
      if (bootedOf(bench) === 2) bench.flash.program(AREA.pageBytes + 200, new Uint8Array(16));
      const before = Buffer.from(bench.flash.content());
      expect(await bench.atPrompt(rollBack)).to.equal('no-other-image');
      expect(before.equals(Buffer.from(bench.flash.content()))).to.equal(true);
    }
    expect(await createBench({ seed: 'none' }).atPrompt(rollBack)).to.equal('no-image');
  });
  it('power cut inside its write: one of the two boots, and a rerun completes', async () => {
    const base = Buffer.from((await boardOf([1, 2], 'cut')).flash.content());
    for (const torn of [0, 0.01, 0.3, 0.7, 0.999]) {
      const flash = createFlash({ pageBytes: AREA.pageBytes, pageCount: AREA.pageCount });
      flash.content().set(base);
      const bench = createBench({ seed: `cut${torn}`, flash });
      flash.cutAt(1, undefined, torn);
      expect(await bench.atPrompt(rollBack)).not.to.equal('done');
      const booted = bootedOf(bench);
      expect(booted).to.be.oneOf([1, 2]);
      if (booted === 2) expect(await bench.atPrompt(rollBack)).to.equal('done');
      expect(bootedOf(bench)).to.equal(1);
    }
  });
});
