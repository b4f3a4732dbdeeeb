// SHA-256 (FIPS 180-4) for messages that arrive in pieces: a state of bounded size, in ES5 (Espruino's native call
// takes the whole message at once, so only a message that fits the buffer goes there).
import { copyBytes } from '../bytes';
import { NATIVE } from '../native/standin';

/**
 * Round constants, 64 words: only the ES5 form needs them, so they are computed when used and dropped with the message
 * or before.
 */
let roundConstants: Uint32Array | undefined;
let schedule: Uint32Array | undefined;

// First 32 bits of the fractional parts of the cube roots of the first 64 primes. Math.pow is exact enough: the largest
// root is below 7, so 2^32 times it is below 2^35 and the double's error, 2^-17, is far from the nearest integer
// (tested).
function constants(): Uint32Array {
  const k = new Uint32Array(64);
  let found = 0;
  for (let n = 2; found < 64; n++) {
    let isPrime = true;
    for (let d = 2; d * d <= n; d++) if (n % d === 0) isPrime = false;
    if (isPrime) {
      const root = Math.pow(n, 1 / 3);
      k[found++] = Math.floor((root - Math.floor(root)) * 4294967296);
    }
  }
  return k;
}

/** A running hash: eight words, a buffer being filled, the length so far in bytes (below 2^50). */
export interface Sha256 {
  words: Uint32Array;
  buffer: Uint8Array;
  fill: number;
  lenBytes: number;
}

export const SHA256_BLOCK_BYTES = 64;

/**
 * Starts a running hash: bounded memory, whatever the length of the message. A message that fits the buffer
 * (bufferBytes, whole blocks, one when left out) is hashed natively at the end where that is possible.
 */
export function sha256Init(bufferBytes?: number): Sha256 {
  return {
    words: new Uint32Array([
      0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
    ]),
    buffer: new Uint8Array(bufferBytes || SHA256_BLOCK_BYTES),
    fill: 0,
    lenBytes: 0,
  };
}

const NATIVE_MAX_BYTES = 512;

/** Starts a running hash of at most lenBytes: a short one waits in its buffer for the end, to be hashed natively. */
export function sha256For(lenBytes: number): Sha256 {
  return sha256Init(
    lenBytes > 0 && lenBytes <= NATIVE_MAX_BYTES
      ? Math.ceil(lenBytes / SHA256_BLOCK_BYTES) * SHA256_BLOCK_BYTES
      : SHA256_BLOCK_BYTES,
  );
}

/** Lets go of what all running hashes share and can make anew. */
export function sha256DropTables(): void {
  schedule = undefined;
  roundConstants = undefined;
}

function compress(s: Uint32Array, block: Uint8Array, at: number): void {
  if (!roundConstants) roundConstants = constants();
  if (!schedule) schedule = new Uint32Array(16);
  const k = roundConstants;
  const w = schedule;
  let a = s[0] | 0;
  let b = s[1] | 0;
  let c = s[2] | 0;
  let d = s[3] | 0;
  let e = s[4] | 0;
  let f = s[5] | 0;
  let g = s[6] | 0;
  let h = s[7] | 0;
  let x = 0;
  let y = 0;
  for (let i = 0; i < 64; i++) {
    if (i < 16) {
      x = at + (i << 2);
      w[i] = (block[x] << 24) | (block[x + 1] << 16) | (block[x + 2] << 8) | block[x + 3];
    } else {
      x = w[(i - 15) & 15];
      y = w[(i - 2) & 15];
      w[i & 15] =
        (w[i & 15] +
          w[(i - 7) & 15] +
          (((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)) +
          (((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10))) |
        0;
    }
    x =
      (h +
        (((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))) +
        ((e & f) ^ (~e & g)) +
        k[i] +
        w[i & 15]) |
      0;
    y =
      ((((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))) +
        ((a & b) ^ (a & c) ^ (b & c))) |
      0;
    h = g;
    g = f;
    f = e;
    e = (d + x) | 0;
    d = c;
    c = b;
    b = a;
    a = (x + y) | 0;
  }
  s[0] = (s[0] + a) | 0;
  s[1] = (s[1] + b) | 0;
  s[2] = (s[2] + c) | 0;
  s[3] = (s[3] + d) | 0;
  s[4] = (s[4] + e) | 0;
  s[5] = (s[5] + f) | 0;
  s[6] = (s[6] + g) | 0;
  s[7] = (s[7] + h) | 0;
}

// Compresses the whole blocks at the front of the buffer and moves the rest down.
function drain(state: Sha256): void {
  const buffer = state.buffer;
  let at = 0;
  for (; at + SHA256_BLOCK_BYTES <= state.fill; at += SHA256_BLOCK_BYTES) compress(state.words, buffer, at);
  for (let i = at; i < state.fill; i++) buffer[i - at] = buffer[i];
  state.fill -= at;
}

/** Takes more of the message. */
export function sha256Update(state: Sha256, bytes: Uint8Array): void {
  const room = state.buffer.length;
  for (let at = 0; at < bytes.length;) {
    if (state.fill === room) drain(state);
    const n = bytes.length - at < room - state.fill ? bytes.length - at : room - state.fill;
    state.buffer.set(bytes.subarray(at, at + n), state.fill);
    state.fill += n;
    at += n;
  }
  state.lenBytes += bytes.length;
}

/** Ends the hash: 32 bytes. The state is used up and overwritten. */
export function sha256Final(state: Sha256): Uint8Array {
  const out = new Uint8Array(32);
  if (NATIVE && state.fill === state.lenBytes)
    out.set(new Uint8Array(NATIVE.SHA256(copyBytes(state.buffer, 0, state.fill))));
  else finishEs5(state, out);
  state.words.fill(0);
  state.buffer.fill(0);
  return out;
}

function finishEs5(state: Sha256, out: Uint8Array): void {
  const bits = state.lenBytes * 8;
  const high = Math.floor(bits / 4294967296);
  const used = state.lenBytes % SHA256_BLOCK_BYTES;
  const pad = new Uint8Array(used < 56 ? 64 - used : 128 - used);
  const at = pad.length - 8;
  pad[0] = 128;
  for (let i = 0; i < 4; i++) {
    pad[at + i] = high >>> (24 - 8 * i);
    pad[at + 4 + i] = bits >>> (24 - 8 * i);
  }
  sha256Update(state, pad);
  drain(state);
  for (let i = 0; i < 32; i++) out[i] = state.words[i >> 2] >>> (24 - 8 * (i & 3));
  if (schedule) schedule.fill(0);
  sha256DropTables();
}

/** SHA-256 in ES5 alone, in one call. */
export function sha256Es5(bytes: Uint8Array): Uint8Array {
  const state = sha256Init();
  const out = new Uint8Array(32);
  sha256Update(state, bytes);
  finishEs5(state, out);
  state.buffer.fill(0);
  return out;
}
