// Holds tools/flash against the genuine interpreter behind a pseudo-terminal opened as a serial port (set ESPRUINO).
import { expect } from 'chai';
import * as fs from 'node:fs';
import { realRuntime } from '../../../host/kit/runtime';
import { crc32 } from '../../../tools/flash/storage/crc32';
import { flashBoard, rollBackBoard, type FlashResult } from '../../../tools/flash/flash';
import { modelImage } from '../../../tools/flash/model/interrupted';
import { findPrompt } from '../../../tools/flash/prompt/prompt';
import { openPort } from '../../../tools/serial/open';
import { startGenuine, type GenuineBoard } from '../../../tools/flash/model/genuine';

describe(`flash: genuine interpreter${process.env.ESPRUINO ? '' : ' (ESPRUINO is not set)'}`, function () {
  this.timeout(120_000);
  let board: GenuineBoard | undefined;
  before(function () {
    if (!process.env.ESPRUINO) this.skip();
  });
  beforeEach(() => {
    board = startGenuine(String(process.env.ESPRUINO));
  });
  afterEach(async () => board?.close());

  async function valueOf(expression: string): Promise<unknown> {
    const port = await openPort(board!.path);
    const prompt = await findPrompt(port, realRuntime());
    const value = await prompt.eval(expression);
    port.close();
    return value;
  }

  async function flash(version: number, tables: { [name: string]: Uint8Array } = {}): Promise<FlashResult> {
    const port = await openPort(board!.path);
    try {
      return await flashBoard({
        port,
        runtime: realRuntime(),
        image: modelImage(version, 12_000, 'linux', 'hot'),
        tables,
      });
    } finally {
      port.close();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  it('uploads three images with tables one after the other; each boots from Storage', async () => {
    const tables = { comb: Uint8Array.from({ length: 3000 }, (_, i) => (i * 31) >> 2) };
    for (let version = 1; version <= 3; version++) {
      const result = await flash(version, tables);
      expect(result.isChanged).to.equal(true);
      expect(result.state.trashBytes).to.equal(0);
      await board!.restart();
      expect(await valueOf('[IMAGE,CC_SLOT,f3(2)]')).to.deep.equal([
        version,
        version === 2 ? 'hsm.b' : 'hsm.a',
        `${version}6\n`,
      ]);
      expect(await valueOf('E.CRC32(require("Storage").read("comb"))')).to.equal(crc32(tables.comb));
    }
  });
  it('goes back to the image before', async () => {
    for (const version of [1, 2]) await flash(version);
    await board!.restart();
    const port = await openPort(board!.path);
    const { to } = await rollBackBoard({ port, runtime: realRuntime() });
    port.close();
    expect(to.image!.commit).to.equal('c1');
    await board!.restart();
    expect(await valueOf('[IMAGE,CC_SLOT]')).to.deep.equal([1, 'hsm.a']);
  });
  it('killed in the middle of uploads: old or new boots, a rerun completes', async () => {
    await flash(1);
    for (const afterMs of [400, 1500]) {
      const work = flash(2).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      await board!.restart();
      await work;
      await board!.restart();
      expect(await valueOf('IMAGE')).to.be.oneOf([1, 2]);
    }
    await flash(3);
    await board!.restart();
    expect(await valueOf('IMAGE')).to.equal(3);
  });
  it('refuses an image for an ESP32 and leaves the flash file as it was', async () => {
    const port = await openPort(board!.path);
    const error = await flashBoard({ port, runtime: realRuntime(), image: modelImage(1, 5000) }).catch((e) => e);
    port.close();
    expect(error.code).to.equal('wrong-board');
    expect(fs.existsSync(`${board!.dir}/espruino.flash`)).to.equal(false);
  });
});
