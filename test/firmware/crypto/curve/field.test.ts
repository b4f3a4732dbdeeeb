// The field's laws against BigInt, the largest columns, and carry chains made to run the whole length.
import { expect } from 'chai';
import * as field from '../../../../firmware/crypto/curve/field';
import { invertP } from '../../../../firmware/crypto/curve/affine';
import { P as P_WORDS, isZeroP } from '../../../../firmware/crypto/curve/point';
import { reduce } from '../../../../firmware/crypto/curve/words';
import { P, cases, mod, number, seeded, someNumber, words } from '../support';

const MAX = 2n ** 256n - 1n;

/** r = a b. */
function multiply(r: Uint32Array, a: Uint32Array, b: Uint32Array): void {
  field.load(b);
  field.mul(r, a);
}

describe('crypto/field (secp256k1, SEC 2 2.4.1)', () => {
  const random = seeded('field');
  const r = field.element();

  it('mul, mulSub, mulSub2, sub and half3 agree with BigInt', () => {
    for (let i = 0; i < cases(2000); i++) {
      const [a, b, u, w] = [someNumber(random), someNumber(random), someNumber(random), someNumber(random)];
      field.load(words(b));
      field.mul(r, words(a));
      expect(number(r) % P).to.equal((a * b) % P);
      field.mulSub(r, words(a), words(u));
      expect(number(r) % P).to.equal(mod(a * b - u, P));
      field.mulSub2(r, words(a), words(u), words(w));
      expect(number(r) % P).to.equal(mod(a * b - u - 2n * w, P));
      field.sub(r, words(a), words(b));
      expect(number(r) % P).to.equal(mod(a - b, P));
      r.set(words(a));
      field.half3(r);
      expect((number(r) * 2n) % P).to.equal((3n * a) % P);
    }
  });

  it('results may land in their own operands', () => {
    const [a, u] = [someNumber(random), someNumber(random)];
    const x = words(a);
    field.load(words(u));
    field.mulSub2(x, x, x, x);
    expect(number(x) % P).to.equal(mod(a * u - 3n * a, P));
    x.set(words(a));
    field.sub(x, words(u), x);
    expect(number(x) % P).to.equal(mod(u - a, P));
  });

  it('is associative, distributive, and has inverses', () => {
    for (let i = 0; i < cases(300); i++) {
      const [a, b, c] = [words(someNumber(random)), words(someNumber(random)), words(someNumber(random))];
      const [left, right, t] = [field.element(), field.element(), field.element()];
      multiply(left, a, b);
      multiply(left, left, c);
      multiply(right, b, c);
      multiply(right, a, right);
      field.sub(t, left, right);
      expect(isZeroP(t)).to.equal(true);
      field.sub(t, b, c);
      multiply(left, a, t);
      multiply(right, a, b);
      multiply(t, a, c);
      field.sub(right, right, t);
      field.sub(t, left, right);
      expect(isZeroP(t)).to.equal(true);
      if (number(a) % P === 0n) continue;
      t.set(a);
      invertP(t);
      multiply(t, t, a);
      reduce(t, P_WORDS);
      expect(number(t)).to.equal(1n);
    }
  });

  it('holds at the largest columns: every digit and every window full', () => {
    for (const [a, b] of [
      [MAX, MAX],
      [MAX, MAX - 1n],
      [P, P],
      [P - 1n, P - 1n],
      [MAX, 1n],
      [MAX, 0n],
    ]) {
      field.load(words(b));
      field.mulSub2(r, words(a), words(0n), words(0n));
      expect(number(r) % P).to.equal((a * b) % P);
      field.mulSub2(r, words(a), words(MAX), words(MAX));
      expect(number(r) % P).to.equal(mod(a * b - 3n * MAX, P));
    }
  });

  it('the largest column stays below 2^52, so that all its partial sums are exact', () => {
    const column = 16n * (2n ** 16n - 1n) * (2n ** 32n - 1n);
    expect(column < 2n ** 52n - 2n ** 35n).to.equal(true);
    const folded = column + 977n * (2n ** 32n - 1n) + 2n ** 32n - 1n + 2n ** 21n + 2n ** 34n;
    expect(folded < 2n ** 53n).to.equal(true);
  });

  it('carries that run through all words, and a second time past 2^256', () => {
    // a b = 2^256 q + l chosen so that the folded words are all ones before the last carry comes in
    const targets = [
      MAX,
      MAX - 976n,
      MAX - 2n ** 32n,
      MAX - 2n ** 32n - 976n,
      2n ** 256n - 2n ** 64n,
      2n ** 256n - 2n ** 64n + 2n ** 33n - 1n,
    ];
    for (const target of targets) {
      for (let shift = 0n; shift < 256n; shift += 5n) {
        const a = 2n ** shift;
        // b with a b = target or target + P as integers modulo what fits: take the quotient's neighbours
        for (const b of [target / a, target / a + 1n, (target + P * (a - 1n)) / a]) {
          if (b > MAX) continue;
          field.load(words(b));
          field.mul(r, words(a));
          expect(number(r) % P).to.equal((a * b) % P);
          field.mulSub(r, words(a), words(MAX - target));
          expect(number(r) % P).to.equal(mod(a * b - (MAX - target), P));
        }
      }
    }
    // sub: y - z + 2p just below and above a multiple of 2^256
    for (const d of [
      0n,
      1n,
      976n,
      977n,
      978n,
      2n ** 32n + 976n,
      2n ** 32n + 977n,
      2n ** 32n + 978n,
      2n ** 33n + 1954n,
    ]) {
      for (const z of [0n, 1n, 2n ** 64n, MAX - d]) {
        field.sub(r, words(z + d), words(z));
        expect(number(r) % P).to.equal(d % P);
        field.sub(r, words(z), words(z + d));
        expect(number(r) % P).to.equal(mod(-d, P));
      }
    }
  });

  it('knows zero in both its forms, and reduces to below p', () => {
    for (const [value, isZero] of [
      [0n, true],
      [P, true],
      [1n, false],
      [P - 1n, false],
      [P + 1n, false],
      [MAX, false],
      [2n ** 224n, false],
      [P - 2n ** 64n, false],
    ] as [bigint, boolean][]) {
      expect(isZeroP(words(value)), String(value)).to.equal(isZero);
      r.set(words(value));
      reduce(r, P_WORDS);
      expect(number(r)).to.equal(value % P);
    }
  });
});
