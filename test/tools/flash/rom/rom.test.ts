// Holds tools/flash/rom*: the ROM loader's protocol against a simulated ROM, and the checks of what is to be written.
import { expect } from 'chai';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { wire } from '../../../../host/sim/board/wire';
import { createVirtualRuntime } from '../../../../host/sim/clock/virtual-runtime';
import { boardNamed } from '../../../../tools/flash/boards';
import { modelImage } from '../../../../tools/flash/model/interrupted';
import { romFlash } from '../../../../tools/flash/rom/rom';
import { planBase, type RomPart } from '../../../../tools/flash/rom/rom-plan';
import { buildStorage, listFiles } from '../../../../tools/flash/storage/storage-image';
import { createRomModel, type RomFaults } from '../rom-model';

/** An application image as the ESP32's tools make it, with one segment. */
function appImage(body: Buffer, chip = 0): Buffer {
  const head = Buffer.alloc(24);
  head[0] = 0xe9;
  head[1] = 1;
  head.writeUInt16LE(chip, 12);
  head[23] = 1;
  const segment = Buffer.alloc(8);
  segment.writeUInt32LE(body.length, 4);
  const bare = Buffer.concat([head, segment, body]);
  const whole = Buffer.concat([bare, Buffer.alloc(((bare.length + 16) & ~15) - bare.length)]);
  whole[whole.length - 1] = body.reduce((sum, byte) => sum ^ byte, 0xef);
  return Buffer.concat([whole, createHash('sha256').update(whole).digest()]);
}

/** A row of the table: all are data. */
function partition(name: string, subtype: number, address: number, lenBytes: number): Buffer {
  const row = Buffer.alloc(32);
  row.writeUInt16LE(0x50aa, 0);
  row[2] = 1;
  row[3] = subtype;
  row.writeUInt32LE(address, 4);
  row.writeUInt32LE(lenBytes, 8);
  row.write(name, 12);
  return row;
}

function partitionTable(storageAddress = 0x320000, settingsBytes = 0x3000): Buffer {
  const rows = [partition('storage', 0x41, storageAddress, 0xe0000)];
  if (settingsBytes) rows.unshift(partition('nvs', 2, 0x9000, settingsBytes));
  const sum = Buffer.alloc(32, 0xff);
  sum.writeUInt16LE(0xebeb, 0);
  createHash('md5').update(Buffer.concat(rows)).digest().copy(sum, 16);
  return Buffer.concat([...rows, sum, Buffer.alloc(64, 0xff)]);
}

/** Espruino, which names its version somewhere in its octets. */
const espruino = (version: string): Buffer => appImage(Buffer.from(`${'espruino '.repeat(900)}\0${version}\0`));

function baseDir(change: (files: { [name: string]: Buffer }) => void = () => undefined): string {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'base-'));
  const files = {
    'bootloader.bin': appImage(Buffer.alloc(600, 7)),
    'partitions_espruino.bin': partitionTable(),
    'espruino_esp32.bin': espruino('2v30'),
  };
  change(files);
  for (const [name, data] of Object.entries(files)) fs.writeFileSync(path.join(dir, name), data);
  return dir;
}

async function run(parts: RomPart[], faults: RomFaults = {}): Promise<{ code: string; flash: Buffer; ms: number }> {
  const runtime = createVirtualRuntime({ seed: 'rom', startMs: 0, pace: 'fast' });
  const [host, board] = wire(runtime, { baud: 115200 });
  const model = createRomModel(board, faults);
  const work = romFlash({ path: 'wire', parts, runtime, open: async () => Object.assign(host, { name: 'wire' }) }).then(
    () => 'done',
    (error: { code: string }) => error.code,
  );
  return { code: await runtime.runWhile(work, 'the ROM loader'), flash: model.flash, ms: runtime.nowMs() };
}

describe('flash: ROM loader', () => {
  const parts = planBase(baseDir());
  const isWritten = (flash: Buffer): boolean =>
    parts.every(({ address, data }) => flash.subarray(address, address + data.length).equals(Buffer.from(data)));

  it('writes bootloader, partitions, Espruino and settings at their addresses and reads them back', async () => {
    expect(parts.map((part) => part.address)).to.deep.equal([0x1000, 0x8000, 0x10000, 0x9000]);
    const { code, flash } = await run(parts);
    expect(code).to.equal('done');
    expect(isWritten(flash)).to.equal(true);
  });
  it('repeats spoilt blocks, waits for a ROM that syncs late', async () => {
    const { code, flash } = await run(parts, { spoil: [1, 3], deafSyncs: 3 });
    expect(code).to.equal('done');
    expect(isWritten(flash)).to.equal(true);
  });
  it('writes a whole Storage that Espruino reads as such', async () => {
    const area = boardNamed('esp32-sim800l').storage;
    const image = modelImage(4, 20_000);
    const data = buildStorage(area, image, { comb: new Uint8Array(1000).fill(3) });
    const { code, flash, ms } = await run([{ name: 'Storage', address: area.address, data }]);
    expect(code).to.equal('done');
    const cells = new Uint8Array(flash.subarray(area.address, area.address + data.length));
    expect(listFiles(cells, area).files.map((file) => file.name)).to.deep.equal([
      '.boot0',
      'comb',
      'hsm.pad',
      'hsm.a',
      'hsm.b',
    ]);
    expect(ms).to.be.lessThan(60_000);
  });
  for (const [name, code, faults] of [
    ['another chip', 'wrong-board', { chipMagic: 0x9 }],
    ['a silent ROM', 'rom-silent', { deafSyncs: 99 }],
    ['a ROM that dies in the middle', 'rom-silent', { dieAtBlock: 2 }],
    ['flash that does not hold a bit', 'verify-failed', { badCell: 0x10004 }],
    ['a line that always spoils', 'rom-refused', { spoil: [1, 2, 3, 4, 5] }],
  ] as [string, string, RomFaults][]) {
    it(`${name}: ${code}`, async () => expect((await run(parts, faults)).code).to.equal(code));
  }
});

describe('flash: base firmware files are checked before anything is sent', () => {
  const codeOf = (make: () => unknown): string => {
    try {
      make();
      return 'no error';
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  const flip = (name: string, at: number) => (files: { [name: string]: Buffer }) => void (files[name][at] ^= 1);
  it('takes files that match the sums given', () => {
    const dir = baseDir();
    const sums = path.join(dir, 'SHA256SUMS');
    fs.writeFileSync(
      sums,
      fs
        .readdirSync(dir)
        .map(
          (name) =>
            `${createHash('sha256')
              .update(fs.readFileSync(path.join(dir, name)))
              .digest('hex')}  ${name}\n`,
        )
        .join(''),
    );
    expect(planBase(dir, sums)).to.have.length(4);
    fs.writeFileSync(sums, fs.readFileSync(sums, 'utf8').replace(/^./gm, 'f'));
    expect(codeOf(() => planBase(dir, sums))).to.equal('bad-image');
    fs.writeFileSync(sums, 'no sums\n');
    expect(codeOf(() => planBase(dir, sums))).to.equal('bad-sums');
  });
  it('takes a build that is known not to do when it is asked for in so many words', () => {
    const dir = baseDir((files) => void (files['espruino_esp32.bin'] = espruino('2v29')));
    expect(planBase(dir, undefined, true)).to.have.length(4);
  });
  for (const [name, code, change] of [
    ['a bit of Espruino', 'bad-image', flip('espruino_esp32.bin', 500)],
    [
      'Espruino cut short',
      'bad-image',
      (files: { [name: string]: Buffer }) =>
        void (files['espruino_esp32.bin'] = files['espruino_esp32.bin'].subarray(0, 700)),
    ],
    ['a bit of the bootloader', 'bad-image', flip('bootloader.bin', 100)],
    ['a bit of the partition table', 'bad-image', flip('partitions_espruino.bin', 14)],
    [
      'Storage elsewhere',
      'bad-image',
      (files: { [name: string]: Buffer }) => void (files['partitions_espruino.bin'] = partitionTable(0x100000)),
    ],
    [
      'a table without settings for the radios',
      'bad-image',
      (files: { [name: string]: Buffer }) => void (files['partitions_espruino.bin'] = partitionTable(0x320000, 0)),
    ],
    [
      'settings longer than any base has',
      'bad-image',
      (files: { [name: string]: Buffer }) =>
        void (files['partitions_espruino.bin'] = partitionTable(0x320000, 0x20000)),
    ],
    [
      'an image for an ESP32-C3',
      'wrong-board',
      (files: { [name: string]: Buffer }) => void (files['espruino_esp32.bin'] = appImage(Buffer.alloc(100), 5)),
    ],
    [
      'an Espruino that loses octets',
      'bad-base',
      (files: { [name: string]: Buffer }) => void (files['espruino_esp32.bin'] = espruino('2v29')),
    ],
    [
      'an Espruino that restarts for ever without Wi-Fi',
      'bad-base',
      (files: { [name: string]: Buffer }) => void (files['espruino_esp32.bin'] = espruino('2v29.277')),
    ],
    [
      'a build that lost its name',
      'bad-base',
      (files: { [name: string]: Buffer }) => void (files['espruino_esp32.bin'] = espruino('')),
    ],
    ['a missing file', 'no-image', (files: { [name: string]: Buffer }) => void delete files['bootloader.bin']],
  ] as [string, string, (files: { [name: string]: Buffer }) => void][]) {
    it(`${name}: ${code}`, () => expect(codeOf(() => planBase(baseDir(change)))).to.equal(code));
  }
});
