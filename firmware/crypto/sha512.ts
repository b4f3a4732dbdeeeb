// SHA-512 (FIPS 180-4): Espruino's native call where there is one, else ES5 on pairs of 32-bit words.
// The 80 round constants are computed when the ES5 form is first used: text in flash is dearer than a moment at the start.
import { isLess } from './bytes';
import { element, load, mul } from './field';
import { NATIVE } from './sha256';

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

// s: 16 words, high word of each pair first. w: 160 words of work space.
function compress(s: Uint32Array, w: Uint32Array, message: Uint8Array, at: number): void {
  if (!roundConstants) roundConstants = constants();
  const k = roundConstants;
  const v = new Int32Array(16);
  v.set(s);
  for (let i = 0; i < 32; i++) w[i] = (message[at + 4 * i] << 24) | (message[at + 4 * i + 1] << 16) | (message[at + 4 * i + 2] << 8) | message[at + 4 * i + 3];
  for (let i = 32; i < 160; i += 2) {
    const ah = w[i - 30];
    const al = w[i - 29];
    const bh = w[i - 4];
    const bl = w[i - 3];
    const low =
      w[i - 31] + w[i - 13] +
      ((((al >>> 1) | (ah << 31)) ^ ((al >>> 8) | (ah << 24)) ^ ((al >>> 7) | (ah << 25))) >>> 0) +
      ((((bl >>> 19) | (bh << 13)) ^ ((bh >>> 29) | (bl << 3)) ^ ((bl >>> 6) | (bh << 26))) >>> 0);
    w[i + 1] = low;
    w[i] =
      w[i - 32] + w[i - 14] +
      ((((ah >>> 1) | (al << 31)) ^ ((ah >>> 8) | (al << 24)) ^ (ah >>> 7)) >>> 0) +
      ((((bh >>> 19) | (bl << 13)) ^ ((bl >>> 29) | (bh << 3)) ^ (bh >>> 6)) >>> 0) +
      ((low / 4294967296) | 0);
  }
  for (let i = 0; i < 160; i += 2) {
    const eh = v[8];
    const el = v[9];
    const ah = v[0];
    const al = v[1];
    let low =
      (v[15] >>> 0) + k[i + 1] + w[i + 1] + (((el & v[11]) ^ (~el & v[13])) >>> 0) +
      ((((el >>> 14) | (eh << 18)) ^ ((el >>> 18) | (eh << 14)) ^ ((eh >>> 9) | (el << 23))) >>> 0);
    const high =
      v[14] + k[i] + w[i] + ((eh & v[10]) ^ (~eh & v[12])) +
      (((eh >>> 14) | (el << 18)) ^ ((eh >>> 18) | (el << 14)) ^ ((el >>> 9) | (eh << 23))) +
      ((low / 4294967296) | 0);
    low = low >>> 0;
    const sum =
      low + (((al & v[3]) ^ (al & v[5]) ^ (v[3] & v[5])) >>> 0) +
      ((((al >>> 28) | (ah << 4)) ^ ((ah >>> 2) | (al << 30)) ^ ((ah >>> 7) | (al << 25))) >>> 0);
    const top =
      high + ((ah & v[2]) ^ (ah & v[4]) ^ (v[2] & v[4])) +
      (((ah >>> 28) | (al << 4)) ^ ((al >>> 2) | (ah << 30)) ^ ((al >>> 7) | (ah << 25))) +
      ((sum / 4294967296) | 0);
    for (let j = 15; j > 1; j--) v[j] = v[j - 2];
    const e = (v[9] >>> 0) + low;
    v[8] = v[8] + high + ((e / 4294967296) | 0);
    v[9] = e;
    v[0] = top;
    v[1] = sum;
  }
  for (let i = 14; i >= 0; i -= 2) {
    const low = s[i + 1] + (v[i + 1] >>> 0);
    s[i + 1] = low;
    s[i] = s[i] + v[i] + ((low / 4294967296) | 0);
  }
  v.fill(0);
}

/** SHA-512 in ES5 alone: 64 bytes. */
export function sha512Es5(bytes: Uint8Array): Uint8Array {
  const s = new Uint32Array([
    0x6a09e667, 0xf3bcc908, 0xbb67ae85, 0x84caa73b, 0x3c6ef372, 0xfe94f82b, 0xa54ff53a, 0x5f1d36f1,
    0x510e527f, 0xade682d1, 0x9b05688c, 0x2b3e6c1f, 0x1f83d9ab, 0xfb41bd6b, 0x5be0cd19, 0x137e2179,
  ]);
  const w = new Uint32Array(160);
  const n = bytes.length;
  const whole = n - (n % 128);
  const tail = new Uint8Array(n - whole < 112 ? 128 : 256);
  const out = new Uint8Array(64);
  for (let at = 0; at < whole; at += 128) compress(s, w, bytes, at);
  tail.set(bytes.subarray(whole));
  tail[n - whole] = 128;
  const bits = n * 8;
  for (let i = 0; i < 4; i++) {
    tail[tail.length - 1 - i] = bits >>> (8 * i);
    tail[tail.length - 5 - i] = Math.floor(bits / 4294967296) >>> (8 * i);
  }
  for (let at = 0; at < tail.length; at += 128) compress(s, w, tail, at);
  for (let i = 0; i < 64; i++) out[i] = s[i >> 2] >>> (24 - 8 * (i & 3));
  w.fill(0);
  tail.fill(0);
  return out;
}

/** SHA-512 of bytes: 64 bytes. */
export function sha512(bytes: Uint8Array): Uint8Array {
  return NATIVE ? new Uint8Array(NATIVE.SHA512(bytes)) : sha512Es5(bytes);
}
