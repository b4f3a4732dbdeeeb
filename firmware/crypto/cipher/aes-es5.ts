// AES-256 in counter mode in ES5 alone (FIPS 197), with a table of 256 bytes, for engines without Espruino's native
// one: images leave it out. Its table look-ups depend on the key: an observer of cache or bus timing could learn from
// them.
import { nextCounter } from '../bytes';

let sbox: Uint8Array | undefined;

// S-box (FIPS 197 5.1.1): inverses by walking the powers of 3 and of 1/3 together, then the affine map.
function makeSbox(): Uint8Array {
  const s = new Uint8Array(256);
  let p = 1;
  let q = 1;
  do {
    p = (p ^ (p << 1) ^ (p & 128 ? 0x11b : 0)) & 255;
    q ^= q << 1;
    q ^= q << 2;
    q ^= q << 4;
    q &= 255;
    if (q & 128) q ^= 9;
    s[p] = (q ^ (q << 1) ^ (q >> 7) ^ (q << 2) ^ (q >> 6) ^ (q << 3) ^ (q >> 5) ^ (q << 4) ^ (q >> 4) ^ 0x63) & 255;
  } while (p !== 1);
  s[0] = 0x63;
  return s;
}

// 15 round keys of 16 bytes.
function expandKey(key: Uint8Array): Uint8Array {
  const s = sbox || (sbox = makeSbox());
  const w = new Uint8Array(240);
  let rcon = 1;
  w.set(key);
  for (let i = 32; i < 240; i += 4) {
    let a = w[i - 4];
    let b = w[i - 3];
    let c = w[i - 2];
    let d = w[i - 1];
    if (i % 32 === 0) {
      const first = a;
      a = s[b] ^ rcon;
      b = s[c];
      c = s[d];
      d = s[first];
      rcon <<= 1;
    } else if (i % 32 === 16) {
      a = s[a];
      b = s[b];
      c = s[c];
      d = s[d];
    }
    w[i] = w[i - 32] ^ a;
    w[i + 1] = w[i - 31] ^ b;
    w[i + 2] = w[i - 30] ^ c;
    w[i + 3] = w[i - 29] ^ d;
  }
  return w;
}

function double(x: number): number {
  return ((x << 1) ^ (x & 128 ? 0x11b : 0)) & 255;
}

// block = AES(block), 16 bytes.
function encryptBlock(block: Uint8Array, w: Uint8Array, t: Uint8Array): void {
  const s = sbox as Uint8Array;
  for (let i = 0; i < 16; i++) block[i] ^= w[i];
  for (let round = 16; round < 240; round += 16) {
    for (let i = 0; i < 16; i++) t[i] = s[block[(i * 5) & 15]];
    for (let i = 0; i < 16; i += 4) {
      const a = t[i];
      const b = t[i + 1];
      const c = t[i + 2];
      const d = t[i + 3];
      const all = round < 224 ? a ^ b ^ c ^ d : 0;
      block[i] = a ^ w[round + i] ^ (round < 224 ? all ^ double(a ^ b) : 0);
      block[i + 1] = b ^ w[round + i + 1] ^ (round < 224 ? all ^ double(b ^ c) : 0);
      block[i + 2] = c ^ w[round + i + 2] ^ (round < 224 ? all ^ double(c ^ d) : 0);
      block[i + 3] = d ^ w[round + i + 3] ^ (round < 224 ? all ^ double(d ^ a) : 0);
    }
  }
}

/** aes256Ctr in ES5 alone. */
export function aes256CtrEs5(key32: Uint8Array, iv16: Uint8Array, bytes: Uint8Array): Uint8Array {
  if (!sbox) sbox = makeSbox();
  const w = expandKey(key32);
  const counter = new Uint8Array(16);
  const stream = new Uint8Array(16);
  const t = new Uint8Array(16);
  const out = new Uint8Array(bytes.length);
  counter.set(iv16);
  for (let at = 0; at < bytes.length; at += 16) {
    stream.set(counter);
    encryptBlock(stream, w, t);
    for (let i = 0; i < 16 && at + i < bytes.length; i++) out[at + i] = bytes[at + i] ^ stream[i];
    nextCounter(counter);
  }
  w.fill(0);
  stream.fill(0);
  t.fill(0);
  return out;
}
