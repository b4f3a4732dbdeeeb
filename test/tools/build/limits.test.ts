import { expect } from 'chai';
import { BOARD } from '../../../boards/linux/board';
import { ESPRUINO_BOARD } from '../../../boards/espruino/esp32-chip';
import { FIFO_BYTES } from '../../../host/sim/board/port/chip-port';
import { ERASE_MS } from '../../../host/sim/board/port/modes';
import { BITS_PER_BYTE } from '../../../host/sim/board/wire';
import { BOARDS } from '../../../tools/flash/boards';
import type { ImageSize } from '../../../tools/build/images';
import { aDepth, aFit, aSpeed, figuresLine } from '../../../tools/build/limits';

const IMAGE: ImageSize = {
  board: 'linux',
  role: 'cold',
  bytes: 1000,
  callDepth: BOARD.limits.callDepth,
  callChain: ['firmware/guard.ts:1', 'firmware/hal.ts:2'],
  callDepthBare: BOARD.limits.callDepth + 1,
  functions: 10,
  functionVariables: 93,
};

describe('build: limits of a board', () => {
  it('allows calls as deep as the board says and not one deeper', () => {
    expect(() => aDepth(BOARD, IMAGE)).not.to.throw();
    expect(() => aDepth(BOARD, { ...IMAGE, callDepth: BOARD.limits.callDepth + 1 }))
      .to.throw('firmware/guard.ts:1 > firmware/hal.ts:2')
      .with.property('code', 'too-deep');
  });

  it('allows lines of frames as fast as an erase of flash lets them be', () => {
    const fifoMs = (baud: number): number => (FIFO_BYTES * BITS_PER_BYTE * 1000) / baud;
    for (const board of BOARDS) {
      for (const role of ['cold', 'hot'] as const) expect(() => aSpeed(board, role)).not.to.throw();
      if (board.espruinoBoard === ESPRUINO_BOARD)
        expect(fifoMs(board.limits.baud)).to.be.within(ERASE_MS, ERASE_MS + 1);
    }
    const slow = { ...BOARD, limits: { ...BOARD.limits, baud: BOARD.ports.cold.link!.baud - 1 } };
    expect(() => aSpeed(slow, 'cold'))
      .to.throw(/the link of hsm-cold runs at/)
      .with.property('code', 'too-fast');
  });

  it('leaves the firmware its reserve of Storage', () => {
    const roomBytes = BOARD.storage.pageBytes * BOARD.storage.pageCount - 8192;
    expect(() => aFit(BOARD, 'cold', [roomBytes - 36])).not.to.throw();
    expect(() => aFit(BOARD, 'cold', [roomBytes - 35]))
      .to.throw()
      .with.property('code', 'no-room');
  });

  it('says how each figure changed since the last build', () => {
    const unchanged =
      'linux/hsm-cold.js 1000 bytes, functions hold 93 variables, calls 15 deep, 16 without native hashes';
    expect(figuresLine(IMAGE, undefined)).to.equal(unchanged);
    expect(figuresLine(IMAGE, IMAGE)).to.equal(unchanged);
    const before = { ...IMAGE, bytes: 900, functionVariables: 95, callDepth: 14 };
    expect(figuresLine(IMAGE, before)).to.equal(
      'linux/hsm-cold.js 1000 (+100) bytes, functions hold 93 (-2) variables, calls 15 (+1) deep, 16 ' +
        'without native hashes',
    );
  });
});
