import { expect } from 'chai';
import { BOARD } from '../../../boards/linux/board';
import type { ImageSize } from '../../../tools/build/images';
import { aDepth, aFit, figuresLine } from '../../../tools/build/limits';

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
