// RIPEMD-160 (Dobbertin, Bosselaers, Preneel 1996), ES5: no build of Espruino has it natively.
// The word orders and shifts are written as strings of letters, 'a' = 0, and kept as bytes.
import { sha256 } from './sha256';

function letters(text: string): Uint8Array {
  const out = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) out[i] = text.charCodeAt(i) - 97;
  return out;
}

const WORDS_LEFT = letters('abcdefghijklmnophenbkgpdmajfcolidkoejpibchagnlfmbjlkaimendhpofgceafjhmckobdilgpn');
const WORDS_RIGHT = letters('fohajclengpibkdmgldhanfkopimejbcpfbdhogjlimckaenigebdlpafmcnjhkompkebfihgcnoadjl');
const SHIFTS_LEFT = letters('lopmfihjlnopghjihginljhphmpjlhnmlnghojnpoingfmhflmopopjijofgigfmjpflginmfmnolifg');
const SHIFTS_RIGHT = letters('ijjlnppfhhiloomgjnphmijlhhmhgpnljhpliggomnfonnhfpfiloogogjmjmfpiifmjmfogingfpnll');

/**
 * One of the two lines of a block: 80 steps from state s on words w; v receives the five words. from, step: 0, 1 for the left
 * line, 4, -1 for the right one, which takes the round functions in the other order. They are written out in the step: a
 * function call would cost half as much as the step.
 */
function line(v: Int32Array, s: Int32Array, w: Int32Array, order: Uint8Array, shifts: Uint8Array, from: number, step: number, added: number[]): void {
  let t = 0;
  let n = 0;
  let i = 0;
  let end = 16;
  let a = s[0];
  let b = s[1];
  let c = s[2];
  let d = s[3];
  let e = s[4];
  for (let round = 0; round < 5; round++) {
    const f = from + step * round;
    const k = added[round];
    for (; i < end; i++) {
      n = shifts[i];
      t = f === 0 ? b ^ c ^ d : f === 1 ? (b & c) | (~b & d) : f === 2 ? (b | ~c) ^ d : f === 3 ? (b & d) | (c & ~d) : b ^ (c | ~d);
      t = (a + t + w[order[i]] + k) | 0;
      a = e;
      e = d;
      d = (c << 10) | (c >>> 22);
      c = b;
      b = (((t << n) | (t >>> (32 - n))) + a) | 0;
    }
    end += 16;
  }
  v.set([a, b, c, d, e]);
}

/** RIPEMD-160 of bytes: 20 bytes. */
export function ripemd160(bytes: Uint8Array): Uint8Array {
  const n = bytes.length;
  const padded = new Uint8Array((((n + 8) >> 6) + 1) << 6);
  const s = new Int32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]);
  const w = new Int32Array(16);
  const u = new Int32Array(5);
  const v = new Int32Array(5);
  const addedLeft = [0, 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xa953fd4e];
  const addedRight = [0x50a28be6, 0x5c4dd124, 0x6d703ef3, 0x7a6d76e9, 0];
  padded.set(bytes);
  padded[n] = 128;
  for (let i = 0; i < 4; i++) {
    padded[padded.length - 8 + i] = (n << 3) >>> (8 * i);
    padded[padded.length - 4 + i] = (n >>> 29) >>> (8 * i);
  }
  for (let at = 0; at < padded.length; at += 64) {
    for (let i = 0; i < 16; i++) {
      const j = at + 4 * i;
      w[i] = padded[j] | (padded[j + 1] << 8) | (padded[j + 2] << 16) | (padded[j + 3] << 24);
    }
    line(u, s, w, WORDS_LEFT, SHIFTS_LEFT, 0, 1, addedLeft);
    line(v, s, w, WORDS_RIGHT, SHIFTS_RIGHT, 4, -1, addedRight);
    s.set([s[1] + u[2] + v[3], s[2] + u[3] + v[4], s[3] + u[4] + v[0], s[4] + u[0] + v[1], s[0] + u[1] + v[2]]);
  }
  return new Uint8Array(s.buffer);
}

/** RIPEMD-160 of SHA-256: 20 bytes. */
export function hash160(bytes: Uint8Array): Uint8Array {
  return ripemd160(sha256(bytes));
}
