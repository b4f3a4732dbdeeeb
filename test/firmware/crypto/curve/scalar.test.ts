// Arithmetic modulo the group's order, and inversion modulo both primes, against BigInt.
import { expect } from 'chai';
import { A32, load } from '../../../../firmware/crypto/curve/field';
import { invert } from '../../../../firmware/crypto/curve/inverse';
import * as modn from '../../../../firmware/crypto/curve/modn';
import { P as P_WORDS } from '../../../../firmware/crypto/curve/point';
import * as scalar from '../../../../firmware/crypto/curve/scalar';
import { isLess, reduce, sum256 } from '../../../../firmware/crypto/curve/words';
import { EDGES, N, P, cases, mod, number, seeded, someNumber, words } from '../support';

describe('crypto/scalar and crypto/inverse', () => {
  const random = seeded('scalar');
  const r = new Uint32Array(8);

  it('mulN, addN, subN, halveN and reduce agree with BigInt and are canonical', () => {
    for (let i = 0; i < cases(2000); i++) {
      const [x, y] = [someNumber(random), someNumber(random)];
      const [a, b] = [x % N, y % N];
      modn.mulN(r, words(x), words(y));
      expect(number(r)).to.equal((x * y) % N);
      scalar.addN(r, words(a), words(b));
      expect(number(r)).to.equal((a + b) % N);
      scalar.subN(r, words(a), words(b));
      expect(number(r)).to.equal(mod(a - b, N));
      scalar.subN(r, modn.ZERO, words(a));
      expect(number(r)).to.equal(mod(-a, N));
      r.set(words(x));
      reduce(r, modn.N);
      expect(number(r)).to.equal(x % N);
      scalar.halveN(r, words(a));
      expect(mod(2n * number(r), N)).to.equal(a);
      expect(number(r) < N).to.equal(true);
    }
  });

  it('sums and differences of 256 bits, their carries and borrows, and comparison, at every pair of edges', () => {
    const M = 2n ** 256n;
    for (const x of EDGES)
      for (const y of EDGES) {
        expect(sum256(r, words(x), words(y), 1)).to.equal(x + y >= M ? 1 : 0);
        expect(number(r)).to.equal((x + y) % M);
        expect(sum256(r, words(x), words(y), -1)).to.equal(x < y ? 1 : 0);
        expect(number(r)).to.equal(mod(x - y, M));
        expect(isLess(words(x), words(y))).to.equal(x < y);
      }
  });

  it('wide gives the plain product', () => {
    const low = new Uint32Array(8);
    for (const x of EDGES)
      for (const y of EDGES) {
        load(words(y));
        A32.set(words(x));
        modn.wide(r, low);
        expect((number(r) << 256n) | number(low)).to.equal(x * y);
      }
  });

  it('products of edges fold three times', () => {
    for (const x of EDGES)
      for (const y of EDGES) {
        modn.mulN(r, words(x), words(y));
        expect(number(r)).to.equal((x * y) % N);
      }
  });

  it('inverts modulo n and p: edges, powers of two, digits of zeros and ones, and anything', () => {
    const values = EDGES.slice();
    for (let bit = 0n; bit < 256n; bit++) values.push(2n ** bit, 2n ** bit - 1n, 2n ** 256n - 2n ** bit);
    for (let q = 1n; q < 40n; q++) values.push(P / q, N / q, P / q + 1n, N / q + 1n);
    for (let i = 0; i < cases(2000); i++) values.push(someNumber(random));
    for (const value of values)
      for (const [m, m32] of [
        [P, P_WORDS],
        [N, modn.N],
      ] as [bigint, Uint32Array][]) {
        const a = value % m;
        if (a === 0n) continue;
        invert(r, words(a), m32);
        expect((number(r) * a) % m, a.toString(16)).to.equal(1n);
        expect(number(r) < m).to.equal(true);
      }
  });

  it('accepts 1 to n - 1 as a scalar and nothing else', () => {
    for (const [value, isValid] of [
      [0n, false],
      [1n, true],
      [N - 1n, true],
      [N, false],
      [N + 1n, false],
      [2n ** 256n - 1n, false],
    ] as [bigint, boolean][])
      expect(scalar.isScalar(words(value))).to.equal(isValid);
  });
});
