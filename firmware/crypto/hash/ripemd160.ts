// RIPEMD-160 (Dobbertin, Bosselaers, Preneel 1996), ES5: no build of Espruino has it natively.
import { sha256 } from './sha256';

// What each step takes: the number of its word, and 16 times the shift; 80 steps of the left line, 80 of the right one.
// The words of a round are those of the round before through a permutation; in a round a word's shift is the same in
// both lines. Written as letters, 'a' = 0: the permutation, then 5 times 16 shifts.
const STEPS = (function (): Uint8Array {
  const steps = new Uint8Array(160);
  const text = 'henbkgpdmajfcolilopmfihjlnopghjimnlpgjjhmplnhihhnpolhhginonmffgjolmoigffpmpojjigpmnnjfigolmligff';
  for (let i = 0; i < 160; i++) {
    const word = i % 80 > 15 ? text.charCodeAt(steps[i - 16] & 15) - 97 : i < 80 ? i : (9 * i + 5) & 15;
    steps[i] = word | ((text.charCodeAt(16 + ((i % 80) & 112) + word) - 97) << 4);
  }
  return steps;
})();

// Whole blocks of 64 bytes: the bytes, a bit, zeros, and the length in bits.
function paddedBlocks(bytes: Uint8Array): Uint8Array {
  const length = bytes.length;
  const padded = new Uint8Array((((length + 8) >> 6) + 1) << 6);
  padded.set(bytes);
  padded[length] = 128;
  for (let i = 0; i < 4; i++) {
    padded[padded.length - 8 + i] = (length << 3) >>> (8 * i);
    padded[padded.length - 4 + i] = (length >>> 29) >>> (8 * i);
  }
  return padded;
}

/** RIPEMD-160 of bytes: 20 bytes. */
export function ripemd160(bytes: Uint8Array): Uint8Array {
  const steps = STEPS;
  const padded = paddedBlocks(bytes);
  const s = new Int32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]);
  const w = new Int32Array(16);
  const v = new Int32Array(10);
  const added = [0, 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xa953fd4e, 0x50a28be6, 0x5c4dd124, 0x6d703ef3, 0x7a6d76e9, 0];
  for (let at = 0; at < padded.length; at += 64) {
    for (let i = 0; i < 16; i++) {
      const j = at + 4 * i;
      w[i] = padded[j] | (padded[j + 1] << 8) | (padded[j + 2] << 16) | (padded[j + 3] << 24);
    }
    let i = 0;
    v.set(s);
    v.set(s, 5);
    // The right line takes the round functions in the other order. They are written out in the step: a call would cost
    // half as much as the step.
    for (let round = 0; round < 10; round++) {
      const f = round < 5 ? round : 9 - round;
      const k = added[round];
      const end = i + 16;
      const line = round < 5 ? 0 : 5;
      let a = v[line];
      let b = v[line + 1];
      let c = v[line + 2];
      let d = v[line + 3];
      let e = v[line + 4];
      let n = 0;
      let t = 0;
      for (; i < end; i++) {
        n = steps[i];
        t =
          f === 0
            ? b ^ c ^ d
            : f === 1
              ? (b & c) | (~b & d)
              : f === 2
                ? (b | ~c) ^ d
                : f === 3
                  ? (b & d) | (c & ~d)
                  : b ^ (c | ~d);
        t = (a + t + w[n & 15] + k) | 0;
        n >>= 4;
        a = e;
        e = d;
        d = (c << 10) | (c >>> 22);
        c = b;
        b = (((t << n) | (t >>> (32 - n))) + a) | 0;
      }
      v.set([a, b, c, d, e], line);
    }
    s.set([s[1] + v[2] + v[8], s[2] + v[3] + v[9], s[3] + v[4] + v[5], s[4] + v[0] + v[6], s[0] + v[1] + v[7]]);
  }
  return new Uint8Array(s.buffer);
}

/** RIPEMD-160 of SHA-256: 20 bytes. */
export function hash160(bytes: Uint8Array): Uint8Array {
  return ripemd160(sha256(bytes));
}
