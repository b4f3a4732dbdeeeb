// Holds tools/flash against a model board: what an upload leaves, and that no interruption leaves a board that boots
// neither the old nor the new image (README_Protocol.md and src/jsflash.c of Espruino).
import { expect } from 'chai';
import { createFlash } from '../../../host/sim/board/flash';
import { seededRandom } from '../../../host/sim/clock/seeded-random';
import { boardNamed } from '../../../tools/flash/boards';
import { LOADER } from '../../../tools/flash/storage/slots';
import { createBench, modelImage } from '../../../tools/flash/model/interrupted';

const AREA = boardNamed('esp32-sim800l').storage;
const IMAGE_BYTES = 9000;

describe('flash: upload', () => {
  it('puts an image onto an empty board, then one after the other, without trash', async () => {
    const bench = createBench({ seed: 'u1' });
    for (let version = 1; version <= 5; version++) {
      expect(await bench.upload(modelImage(version, IMAGE_BYTES))).to.equal('done');
      bench.board.powerOn();
      expect(bench.booted()).to.equal(version);
      expect(bench.board.storage.list()).to.deep.equal(['.boot0', 'hsm.pad', 'hsm.a', 'hsm.b']);
    }
    expect(bench.board.global('CC_SLOT')).to.equal('hsm.a');
  });
  it('leaves the flash alone when the image is there already', async () => {
    const bench = createBench({ seed: 'u2' });
    await bench.upload(modelImage(1, IMAGE_BYTES));
    const { writes, erases } = bench.flash.stats();
    expect(await bench.upload(modelImage(1, IMAGE_BYTES))).to.equal('done');
    expect(bench.flash.stats()).to.include({ writes, erases });
  });
  it('brings tables, reads them back, and does not write them twice', async () => {
    const table = new Uint8Array(5000).map((_, i) => (i * 7) ^ (i >> 3));
    const bench = createBench({ seed: 'u3', tables: { comb: table } });
    expect(await bench.upload(modelImage(1, IMAGE_BYTES))).to.equal('done');
    expect(Buffer.from(bench.board.storage.read('comb')!, 'latin1').equals(Buffer.from(table))).to.equal(true);
    expect(await bench.upload(modelImage(2, IMAGE_BYTES))).to.equal('done');
    expect(bench.board.storage.list().filter((name) => name === 'comb')).to.have.length(1);
  });
  it('lays slots out behind tables that the same upload brought, the loader being there already', async () => {
    const bench = createBench({ seed: 'u5', tables: { comb: new Uint8Array(5001).fill(7) } });
    bench.board.storage.write('.boot0', LOADER);
    expect(await bench.upload(modelImage(1, IMAGE_BYTES))).to.equal('done');
    bench.board.powerOn();
    expect(bench.booted()).to.equal(1);
  });
  it('refuses a table that the present image could miss, with nothing changed', async () => {
    const bench = createBench({ seed: 'u6', tables: { comb: new Uint8Array(5000).fill(7) } });
    expect(await bench.upload(modelImage(1, IMAGE_BYTES))).to.equal('done');
    const before = Buffer.from(bench.flash.content());
    const other = createBench({ seed: 'u7', flash: bench.flash, tables: { comb: new Uint8Array(5000).fill(8) } });
    expect(await other.upload(modelImage(2, IMAGE_BYTES))).to.equal('table-differs');
    expect(before.equals(Buffer.from(bench.flash.content()))).to.equal(true);
  });
  it('takes over from boot code that another tool left', async () => {
    const bench = createBench({ seed: 'u4' });
    bench.board.storage.write('.bootcde', 'var IMAGE="old";');
    bench.board.powerOn();
    expect(bench.booted()).to.equal('old');
    expect(await bench.upload(modelImage(3, IMAGE_BYTES))).to.equal('done');
    bench.board.powerOn();
    expect(bench.booted()).to.equal(3);
    expect(bench.board.storage.list()).not.to.include('.bootcde');
  });
});

describe('flash: refusals leave the board as it was', () => {
  const cases: [string, string, (bench: ReturnType<typeof createBench>) => ReturnType<typeof modelImage>][] = [
    ['an image for another interpreter', 'wrong-board', () => modelImage(2, IMAGE_BYTES, 'linux')],
    ['an image for another ESP32 board', 'wrong-board', () => modelImage(2, IMAGE_BYTES, 'ttgo-t-call')],
    ['the other role', 'wrong-role', () => modelImage(2, IMAGE_BYTES, 'esp32-sim800l', 'hot')],
    ['an image larger than a slot', 'no-space', () => modelImage(2, 40_000)],
  ];
  for (const [name, code, make] of cases) {
    it(`${name}: ${code}`, async () => {
      const bench = createBench({ seed: name });
      await bench.upload(modelImage(1, IMAGE_BYTES));
      const before = Buffer.from(bench.flash.content());
      expect(await bench.upload(make(bench))).to.equal(code);
      expect(before.equals(Buffer.from(bench.flash.content()))).to.equal(true);
    });
  }
  for (const [espruinoBoard, code] of [
    ['', 'no-board-name'],
    ['ESP32C3', 'wrong-board'],
    ['PICO_R1_3', 'wrong-board'],
  ])
    it(`a build whose name is "${espruinoBoard}": ${code}`, async () => {
      const bench = createBench({ seed: 'name', espruinoBoard });
      const before = Buffer.from(bench.flash.content());
      expect(await bench.upload(modelImage(1, IMAGE_BYTES))).to.equal(code);
      expect(before.equals(Buffer.from(bench.flash.content()))).to.equal(true);
    });
  it('no space: Storage full of other files', async () => {
    const bench = createBench({ seed: 'full' });
    bench.board.storage.write('big', 'x', 0, AREA.pageBytes * AREA.pageCount - 40_000);
    expect(await bench.upload(modelImage(1, IMAGE_BYTES))).to.equal('no-space');
  });
  it('a build whose erasePage does nothing: erase-failed, and the last image still boots', async () => {
    const bench = createBench({ seed: 'dead', isEraseDead: true });
    for (let version = 1; version <= 2; version++)
      expect(await bench.upload(modelImage(version, IMAGE_BYTES))).to.equal('done');
    expect(await bench.upload(modelImage(3, IMAGE_BYTES))).to.equal('erase-failed');
    bench.board.powerOn();
    expect(bench.booted()).to.equal(2);
  });
});

describe('flash: a bad line', () => {
  it('gets through when 1 byte in 5,000 is lost', async () => {
    const bench = createBench({ seed: 'loss', lossRate: 1 / 5000, chunkBytes: 512 });
    for (let version = 1; version <= 3; version++) {
      expect(await bench.upload(modelImage(version, IMAGE_BYTES))).to.equal('done');
      bench.board.powerOn();
      expect(bench.booted()).to.equal(version);
    }
  });
  it('survives XOFF without a later XON', async () => {
    const bench = createBench({ seed: 'xoff', xoffAfterBytes: 3000 });
    expect(await bench.upload(modelImage(1, IMAGE_BYTES))).to.equal('done');
  });
  it('nothing is written to a chip whose program keeps it busy: Ctrl-C does not end that', async () => {
    const bench = createBench({ seed: 'busy' });
    const before = Buffer.from(bench.flash.content());
    bench.board.beBusy();
    expect(await bench.upload(modelImage(1, IMAGE_BYTES))).to.equal('board-silent');
    expect(before.equals(Buffer.from(bench.flash.content()))).to.equal(true);
    bench.board.powerOn();
    expect(await bench.upload(modelImage(1, IMAGE_BYTES))).to.equal('done');
  });
});

describe('flash: interrupted anywhere', () => {
  it('power cut at every flash change of a third upload: old or new boots, and a rerun completes', async () => {
    const start = createBench({ seed: 'base' });
    await start.upload(modelImage(1, IMAGE_BYTES));
    await start.upload(modelImage(2, IMAGE_BYTES));
    const base = Buffer.from(start.flash.content());
    const { writes, erases } = start.flash.stats();
    await start.upload(modelImage(3, IMAGE_BYTES));
    const changes = start.flash.stats().writes - writes + start.flash.stats().erases - erases;
    expect(changes).to.be.greaterThan(5);
    const random = seededRandom('cuts', 'torn');
    for (let n = 1; n <= changes; n++) {
      const flash = createFlash({ pageBytes: AREA.pageBytes, pageCount: AREA.pageCount });
      flash.content().set(base);
      const bench = createBench({ seed: `cut${n}`, flash });
      flash.cutAt(n, undefined, random(1)[0] / 256);
      expect(await bench.upload(modelImage(3, IMAGE_BYTES))).not.to.equal('done');
      bench.board.powerOn();
      expect(bench.booted(), `cut at change ${n}`).to.be.oneOf([2, 3]);
      expect(await bench.upload(modelImage(3, IMAGE_BYTES))).to.equal('done');
      bench.board.powerOn();
      expect(bench.booted()).to.equal(3);
    }
  });
  it('goes on where it stopped: a rerun writes what is missing', async () => {
    const bench = createBench({ seed: 'on' });
    const whole = await bench.upload(modelImage(1, 60_000)).then(() => bench.flash.stats());
    expect(await bench.upload(modelImage(2, 60_000), 55_000)).not.to.equal('done');
    const { writes } = bench.flash.stats();
    expect(await bench.upload(modelImage(2, 60_000))).to.equal('done');
    expect(bench.flash.stats().writes - writes).to.be.below(whole.writes / 2);
    bench.board.powerOn();
    expect(bench.booted()).to.equal(2);
  });
  it('cable pulled at 40 random bytes: the same', async () => {
    const random = seededRandom('cable', 'at');
    const bench = createBench({ seed: 'cable' });
    await bench.upload(modelImage(1, IMAGE_BYTES));
    let now = 1;
    for (let i = 0; i < 40; i++) {
      const [high, low] = random(2);
      const result = await bench.upload(modelImage(now + 1, IMAGE_BYTES), (high * 256 + low) % 14_000);
      bench.board.powerOn();
      expect(bench.booted()).to.be.oneOf([now, now + 1]);
      if (result === 'done') expect(bench.booted()).to.equal(now + 1);
      now = bench.booted() as number;
    }
    expect(await bench.upload(modelImage(99, IMAGE_BYTES))).to.equal('done');
  });
});
