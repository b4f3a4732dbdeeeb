// Holds boards/espruino/files.ts: no file that the firmware writes lets Espruino compact its Storage, which would move
// the image that runs from it (jsflash.c, _jsfCreateFile and jsfCompact of the interpreter). In the Node engine, and
// with ESPRUINO in the genuine interpreter.
import { expect } from 'chai';
import { BOARD } from '../../../boards/esp32-sim800l/board';
import { createFlash, createNodeBoard } from '../../../host/sim/board';
import { createVirtualRuntime } from '../../../host/sim/clock/virtual-runtime';
import { bundled, runInInterpreter } from '../../protocol/support/interpreter';

const FILE_BYTES = 6000;
/**
 * Files of the firmware until none fits, all but the last erased, then more. Ends with `out([files, written after, is
 * the last file as it was, an erased file is still readable at its place])`.
 */
const SCRIPT = `
var store = require("Storage"), count = 0, after = 0;
function content(n) { return new Uint8Array(${FILE_BYTES}).fill(n & 255); }
while (count < 400 && files.writeFile("b" + count, content(count))) count++;
for (var n = 0; n < count - 1; n++) files.eraseFile("b" + n);
for (var m = 0; m < 5; m++) if (files.writeFile("c" + m, content(m))) after++;
var last = files.readFile("b" + (count - 1));
out([count, after, last.length, last[0] === ((count - 1) & 255), files.freeBytes() < ${FILE_BYTES} + 32]);
`;

describe('boards: files never let Storage be compacted', () => {
  it('Node engine: a full Storage refuses files, and no page is erased', async () => {
    const runtime = createVirtualRuntime({ seed: 'files', startMs: 1_700_000_000_000, pace: 'fast' });
    const storage = createFlash(BOARD.storage);
    const said: string[] = [];
    const code = await bundled({ 'boards/espruino/files': ['files'] });
    const board = createNodeBoard({
      name: 'test',
      role: 'cold',
      image: `function out(v){print(JSON.stringify(v));}\n${code}\n${SCRIPT}`,
      board: BOARD,
      runtime,
      flash: createFlash(BOARD.flash),
      storage,
      onLog: (line) => said.push(line),
    });
    await board.powerOn();
    const [count, after, lenBytes, isLast, isFull] = JSON.parse(said[0]) as [number, number, number, boolean, boolean];
    expect(count).to.be.greaterThan(100);
    expect([after, lenBytes, isLast, isFull]).to.deep.equal([0, FILE_BYTES, true, true]);
    expect(storage.stats().erases).to.equal(0);
    await board.close();
    runtime.close();
  });

  it('genuine interpreter: the same (ESPRUINO)', async function () {
    if (!process.env.ESPRUINO) this.skip();
    this.timeout(120_000);
    const code = await bundled({ 'boards/espruino/files': ['files'] });
    const [said] = runInInterpreter(`require("Storage").eraseAll();${code}\n${SCRIPT}quit();`) as unknown[][];
    expect(said.slice(1)).to.deep.equal([0, FILE_BYTES, true, true]);
  });
});
