// SHA-512 (FIPS 180-4) in ES5, on pairs of 32-bit words.
// The 80 round constants are computed when the ES5 form is first used: text in flash is dearer than a moment at the
// start.
import { element, load, mul } from '../curve/field';
import { isLess } from '../curve/words';

let roundConstants: Uint32Array | undefined;

// K[i]: first 64 bits of the fraction of the cube root of prime i. root = floor(cbrt(n) 2^64) < 2^67 is found from its
// leading 48 + 3 bits by trying the lower bits; root^3 < 2^201 < p, so the field's product is the plain product.
function constants(): Uint32Array {
  const k = new Uint32Array(160);
  const root = element();
  const cube = element();
  const limit = element();
  let found = 0;
  for (let n = 2; found < 160; n++) {
    let isPrime = true;
    for (let d = 2; d * d <= n; d++) if (n % d === 0) isPrime = false;
    if (!isPrime) continue;
    const lead = Math.floor(Math.pow(n, 1 / 3) * 281474976710656) - 1;
    root[2] = lead / 281474976710656;
    root[1] = lead / 65536;
    root[0] = (lead % 65536) * 65536;
    limit[6] = n;
    for (let bit = 131072; bit >= 1; bit /= 2) {
      // root += bit, back again when the cube is too large
      const low = root[0] + bit;
      const before = root[1];
      root[0] = low;
      if (low >= 4294967296) root[1] = before + 1;
      load(root);
      mul(cube, root);
      mul(cube, cube);
      if (!isLess(cube, limit)) {
        root[0] = low - bit;
        root[1] = before;
      }
    }
    k[found++] = root[1];
    k[found++] = root[0];
  }
  return k;
}

// High word of (h, l) turned right by n bits, for any n but 0 and 32; the low word is that of (l, h).
function turn(h: number, l: number, n: number): number {
  return n < 32 ? (h >>> n) | (l << (32 - n)) : turn(l, h, n - 32);
}

// High word of the sum (exclusive or) of three turns of (h, l), the last of them a shift when m is 0 in place of l.
function turns(h: number, l: number, m: number, a: number, b: number, c: number): number {
  return (turn(h, l, a) ^ turn(h, l, b) ^ turn(h, m, c)) >>> 0;
}

/**
 * SHA-512 in ES5 alone: 64 bytes. Numbers are pairs of words, the high one first; sums run from the low word (p = 1)
 * up.
 */
export function sha512Es5(bytes: Uint8Array): Uint8Array {
  const s = new Uint32Array([
    0x6a09e667, 0xf3bcc908, 0xbb67ae85, 0x84caa73b, 0x3c6ef372, 0xfe94f82b, 0xa54ff53a, 0x5f1d36f1, 0x510e527f,
    0xade682d1, 0x9b05688c, 0x2b3e6c1f, 0x1f83d9ab, 0xfb41bd6b, 0x5be0cd19, 0x137e2179,
  ]);
  const v = new Uint32Array(16);
  const w = new Uint32Array(160);
  const k = roundConstants || (roundConstants = constants());
  const out = new Uint8Array(64);
  const n = bytes.length;
  const all = new Uint8Array((((n + 16) >> 7) + 1) << 7);
  all.set(bytes);
  all[n] = 128;
  for (let i = 0; i < 4; i++) {
    all[all.length - 1 - i] = (n << 3) >>> (8 * i);
    all[all.length - 5 - i] = (n >>> 29) >>> (8 * i);
  }
  for (let at = 0; at < all.length; at += 128) {
    v.set(s);
    for (let i = 0; i < 160; i += 2) {
      let carry = 0;
      let carryE = 0;
      let carryA = 0;
      const sums = [0, 0, 0, 0];
      for (let p = 1; p >= 0; p--) {
        const j = i + p;
        let x = 0;
        if (i < 32)
          x =
            ((all[at + 4 * j] << 24) |
              (all[at + 4 * j + 1] << 16) |
              (all[at + 4 * j + 2] << 8) |
              all[at + 4 * j + 3]) >>>
            0;
        else {
          const y = i + 1 - p;
          x =
            w[j - 32] +
            w[j - 14] +
            turns(w[j - 30], w[y - 30], p && w[y - 30], 1, 8, 7) +
            turns(w[j - 4], w[y - 4], p && w[y - 4], 19, 61, 6) +
            carry;
          carry = (x / 4294967296) | 0;
        }
        w[j] = x;
      }
      carry = 0;
      for (let p = 1; p >= 0; p--) {
        const e = v[8 + p];
        const a = v[p];
        let x =
          v[14 + p] +
          k[i + p] +
          w[i + p] +
          (((e & v[10 + p]) ^ (~e & v[12 + p])) >>> 0) +
          turns(e, v[9 - p], v[9 - p], 14, 18, 41) +
          carry;
        carry = (x / 4294967296) | 0;
        x = x % 4294967296;
        sums[2 + p] = v[6 + p] + x + carryE;
        carryE = (sums[2 + p] / 4294967296) | 0;
        sums[p] =
          x +
          (((a & v[2 + p]) ^ (a & v[4 + p]) ^ (v[2 + p] & v[4 + p])) >>> 0) +
          turns(a, v[1 - p], v[1 - p], 28, 34, 39) +
          carryA;
        carryA = (sums[p] / 4294967296) | 0;
      }
      for (let j = 15; j > 1; j--) v[j] = v[j - 2];
      for (let p = 0; p < 2; p++) {
        v[p] = sums[p];
        v[8 + p] = sums[2 + p];
      }
    }
    for (let i = 14; i >= 0; i -= 2) {
      const low = s[i + 1] + v[i + 1];
      s[i + 1] = low;
      s[i] = s[i] + v[i] + ((low / 4294967296) | 0);
    }
  }
  for (let i = 0; i < 64; i++) out[i] = s[i >> 2] >>> (24 - 8 * (i & 3));
  v.fill(0);
  w.fill(0);
  all.fill(0);
  return out;
}
