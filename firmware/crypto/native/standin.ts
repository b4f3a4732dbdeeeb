// The native calls of Espruino that the arithmetic stands on, and exact ES5 in their place for Node, Duktape and any
// other engine. Same semantics as src/jswrap_espruino.c of 2v29 for the operands used here (typed arrays; bits of one
// or eight). Function expressions: an engine keeps only those that it takes.

let isNative = false;
if (typeof E !== 'undefined' && !!E.convolve)
  try {
    // Espruino lets a view begin at any byte; engines by the letter of the standard do not, and take the other path.
    isNative = new Uint32Array(new ArrayBuffer(8), 2, 1).length === 1;
  } catch (error) {
    isNative = false;
  }
export { isNative };

/** Sum of a[i] * b[(i + offset) mod b.length]. Exact as long as every partial sum is an integer below 2^53. */
export const dot: (a: ArrayLike<number>, b: ArrayLike<number>, offset?: number) => number = isNative
  ? (E.convolve as never)
  : function (a: ArrayLike<number>, b: ArrayLike<number>, offset?: number): number {
      let sum = 0;
      let j = offset || 0;
      const n = b.length;
      for (let i = 0; i < a.length; i++) {
        sum += a[i] * b[j++];
        if (j === n) j = 0;
      }
      return sum;
    };

/**
 * to[i] = table[from[i]], or without a table the elements of `from`; bits = -1 takes single bits, least significant
 * first.
 */
export const mapInPlace: (
  from: ArrayBufferView,
  to: ArrayBufferView,
  table?: ArrayLike<number>,
  bits?: number,
) => void = isNative
  ? E.mapInPlace
  : (function (from: Uint8Array, to: Uint8Array, table?: ArrayLike<number>, bits?: number): void {
      for (let i = 0; i < to.length; i++)
        to[i] = bits ? (from[i >> 3] >> (i & 7)) & 1 : table ? table[from[i]] : from[i];
    } as never);

/** Espruino's library `crypto`, as far as it is used. Each call allocates its result anew. */
export interface NativeCrypto {
  SHA256(bytes: Uint8Array | Uint8Array[]): ArrayBuffer;
  SHA512(bytes: Uint8Array | Uint8Array[]): ArrayBuffer;
  /** In builds that have it. keySize: words of 32 bits. */
  PBKDF2?(
    password: Uint8Array,
    salt: Uint8Array,
    options: { keySize: number; iterations: number; hasher: 'SHA512' },
  ): ArrayBuffer;
  AES: { encrypt(bytes: Uint8Array, key: Uint8Array, options: { mode: 'ECB' }): ArrayBuffer };
}

let native: NativeCrypto | undefined;
if (typeof E !== 'undefined' && typeof require !== 'undefined')
  try {
    native = require('crypto') as NativeCrypto;
    if (!native.SHA256 || !native.SHA512) native = undefined;
  } catch (e) {
    native = undefined;
  }
/** Espruino's native crypto library, or undefined in other engines. */
export { native as NATIVE };

declare var Uint24Array: Uint32ArrayConstructor;
/** Arrays for digits of 24 bits; an engine without such an array keeps them in words. */
export const Digits = isNative ? Uint24Array : Uint32Array;

/** r = the 12 digits of eight words. */
export const setDigits: (r: Uint32Array, words: Uint32Array) => void = isNative
  ? function (r: Uint32Array, words: Uint32Array): void {
      r.fill(0);
      new Uint32Array(r.buffer, r.byteOffset, 8).set(words);
    }
  : function (r: Uint32Array, words: Uint32Array): void {
      for (let i = 0; i < 32; i++) {
        const j = (i / 3) | 0;
        r[j] = (i % 3 ? r[j] : 0) + (((words[i >> 2] >>> (8 * (i & 3))) & 255) << (8 * (i % 3)));
      }
      r[11] = 0;
    };

/** words = eight words of the 12 digits. */
export const getDigits: (words: Uint32Array, r: Uint32Array) => void = isNative
  ? function (words: Uint32Array, r: Uint32Array): void {
      words.set(new Uint32Array(r.buffer, r.byteOffset, 8));
    }
  : function (words: Uint32Array, r: Uint32Array): void {
      words.fill(0);
      for (let i = 0; i < 32; i++)
        words[i >> 2] += ((r[(i / 3) | 0] >> (8 * (i % 3))) & 255) * Math.pow(2, 8 * (i & 3));
    };

/**
 * (u, v) = (a u + b v, c u + d v) for n digits kept in words (inverse.ts); not there where digits have arrays of their
 * own.
 */
export const combineWords = isNative
  ? (0 as never)
  : function combineWords(u: Uint32Array, v: Uint32Array, a: number, b: number, c: number, d: number, n: number): void {
      let e = 0;
      let f = 0;
      for (let i = 0; i < n; i++) {
        const x = u[i];
        const y = v[i];
        e += a * x + b * y;
        f += c * x + d * y;
        u[i] = e & 16777215;
        v[i] = f & 16777215;
        e = (e - u[i]) / 16777216;
        f = (f - v[i]) / 16777216;
      }
    };

// ES5 engines whose typed arrays lack fill and reverse (Duktape 2) get them.
if (!isNative && !new Uint8Array(1).fill)
  [Uint8Array, Uint32Array, Int32Array].forEach(function (type: { prototype: object }) {
    const methods = type.prototype as { fill: unknown; reverse: unknown };
    methods.fill = function (this: number[], value: number, from?: number, to?: number): number[] {
      for (let i = from || 0; i < (to === undefined ? this.length : to); i++) this[i] = value;
      return this;
    };
    methods.reverse = function (this: number[]): number[] {
      for (let i = 0, j = this.length - 1; i < j; i++, j--) {
        const x = this[i];
        this[i] = this[j];
        this[j] = x;
      }
      return this;
    };
  });
