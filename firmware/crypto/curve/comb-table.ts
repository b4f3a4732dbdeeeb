// Makes the comb's table (comb.ts says what is in it): for the build, and for engines that have none in Storage.
// All values are public.
import { toAffine } from './affine';
import { fromHex } from '../bytes';
import { sub } from './field';
import { ACCUMULATOR, X1, X2, Y1, Y2, Z1, addAffine, double, setInfinity } from './point';
import { ONE, ZERO } from './modn';

/** Blocks of a whole table, and bytes of a block. */
export const COMB_BLOCKS = 8;
export const COMB_BLOCK_BYTES = 8192;
/** The table comes as buffers of up to four blocks: Espruino's views end at byte 65,535. */
export const COMB_PART_BLOCKS = 4;

/** Computes a table of 1, 2, 4 or 8 blocks: the contents of Storage file `comb` for 8. */
export function computeComb(count: number): ArrayBuffer[] {
  const buffers: ArrayBuffer[] = [];
  // Per tooth 2^i G, then the double of it: x and y of 8 words, 32 words in all.
  const teeth = new Uint32Array(8 * 32);
  const point = (words: Uint32Array, at: number): void => {
    X2.set(words.subarray(at, at + 8));
    Y2.set(words.subarray(at + 8, at + 16));
  };
  const put = (words: Uint32Array, at: number): void => {
    toAffine();
    words.set(ACCUMULATOR.subarray(0, 16), at);
  };
  X1.set(fromHex('79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'));
  Y1.set(fromHex('483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8'));
  Z1.set(ONE);
  const power = new Uint32Array(24);
  for (let b = 0; b < count; b++) {
    if (b % COMB_PART_BLOCKS === 0)
      buffers.push(new ArrayBuffer(COMB_BLOCK_BYTES * (count < COMB_PART_BLOCKS ? count : COMB_PART_BLOCKS)));
    const words = new Uint32Array(buffers[buffers.length - 1], (b % COMB_PART_BLOCKS) * COMB_BLOCK_BYTES, 2048);
    if (b) ACCUMULATOR.set(power);
    setInfinity(false);
    for (let j = 0; j < 8; j++) {
      put(teeth, 32 * j);
      double();
      put(teeth, 32 * j + 16);
      for (let i = 1; i < 32 / count; i++) double();
    }
    toAffine();
    power.set(ACCUMULATOR);
    // entry 0: tooth 7 less all the others; entry e: entry e without its lowest bit, plus twice that bit's tooth
    for (let e = 0; e < 128; e++) {
      let j = 0;
      if (e) {
        while (!((e >> j) & 1)) j++;
        point(words, (e & (e - 1)) * 16);
      } else point(teeth, 32 * 7);
      setInfinity(true);
      addAffine();
      if (e) {
        point(teeth, 32 * j + 16);
        addAffine();
      } else
        for (; j < 7; j++) {
          point(teeth, 32 * j);
          sub(Y2, ZERO, Y2);
          addAffine();
        }
      put(words, 16 * e);
    }
  }
  return buffers;
}
