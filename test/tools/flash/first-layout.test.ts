// Holds tools/flash on a board that has nothing of ours yet: the power goes at every single change of its flash, torn
// at several depths. After it the board boots what it had or the new image, and running the same command again
// completes it.
import { expect } from 'chai';
import { createFlash, type SimFlash } from '../../../host/sim/board/flash';
import { boardNamed } from '../../../tools/flash/boards';
import { createBench, modelImage, type Bench } from '../../../tools/flash/model/interrupted';

const AREA = boardNamed('esp32-sim800l').storage;
const IMAGE_BYTES = 9000;
const TABLES = {
  comb: new Uint8Array(5000).map((_, i) => (i * 7) ^ (i >> 3)),
  words: new Uint8Array(3000).map((_, i) => 97 + (i % 26)),
};
const TORN = [0, 0.06, 0.2, 0.5, 0.99];

function boardWith(before: (bench: Bench) => void, seed: string, flash?: SimFlash): Bench {
  const bench = createBench({ seed, tables: TABLES, ...(flash ? { flash } : {}) });
  if (!flash) before(bench);
  return bench;
}

/** Changes of flash that a whole first upload makes. */
async function changesOf(before: (bench: Bench) => void): Promise<number> {
  const bench = boardWith(before, 'count');
  const { writes, erases } = bench.flash.stats();
  expect(await bench.upload(modelImage(1, IMAGE_BYTES))).to.equal('done');
  return bench.flash.stats().writes - writes + bench.flash.stats().erases - erases;
}

function completes(bench: Bench): void {
  bench.board.powerOn();
  expect(bench.booted()).to.equal(1);
  for (const [name, data] of Object.entries(TABLES))
    expect(Buffer.from(bench.board.storage.read(name)!, 'latin1').equals(Buffer.from(data)), name).to.equal(true);
}

/** Cuts at every change and depth; answers what was booted after each cut. */
async function cutEverywhere(before: (bench: Bench) => void): Promise<unknown[]> {
  const changes = await changesOf(before);
  expect(changes).to.be.greaterThan(8);
  const booted: unknown[] = [];
  for (let n = 1; n <= changes; n++) {
    for (const torn of TORN) {
      const flash = createFlash({ pageBytes: AREA.pageBytes, pageCount: AREA.pageCount });
      const bench = boardWith(before, `first${n}/${torn}`);
      flash.content().set(bench.flash.content());
      const cut = boardWith(before, `cut${n}/${torn}`, flash);
      flash.cutAt(n, undefined, torn);
      expect(await cut.upload(modelImage(1, IMAGE_BYTES)), `cut at ${n}`).not.to.equal('done');
      cut.board.powerOn();
      booted.push(cut.booted());
      expect(await cut.upload(modelImage(1, IMAGE_BYTES)), `rerun after a cut at ${n}, torn ${torn}`).to.equal('done');
      completes(cut);
    }
  }
  return booted;
}

describe('flash: the first upload, cut at every change of flash', function () {
  this.timeout(60_000);
  it('on an empty board: nothing or the new image boots, and a rerun completes', async () => {
    for (const image of await cutEverywhere(() => undefined)) expect(image).to.be.oneOf([undefined, 1]);
  });
  it('beside boot code of another tool: that or the new image boots, unless the cut tore a file header', async () => {
    const booted = await cutEverywhere((bench) => bench.board.storage.write('.bootcde', 'var IMAGE="old";'));
    const neither = booted.filter((image) => image !== 'old' && image !== 1).length;
    // Espruino empties a Storage in which it finds the size word of a file's header half written. Six files are made;
    // the first two depths of five tear that word.
    expect(neither).to.be.at.most(6 * 2);
  });
});
