// Prepared nonces: right signatures, one message each whatever happens, nothing of them left, and faults refused.
import { expect } from 'chai';
import { secp256k1 } from '@noble/curves/secp256k1';
import * as affine from '../../../../firmware/crypto/curve/affine';
import * as comb from '../../../../firmware/crypto/curve/comb';
import * as ecdsa from '../../../../firmware/crypto/sign/ecdsa';
import * as point from '../../../../firmware/crypto/curve/point';
import { crypto, codeOf, be32, hex, cases, seeded, someNumber, someScalar, words } from '../support';

describe('crypto/nonce', () => {
  const random = seeded('nonce');

  it('signs right, with the right recovery number, low s', () => {
    const drbg = crypto.drbgInit(random(48));
    for (let i = 0; i < cases(100); i++) {
      const [d, hash] = [be32(someScalar(random)), be32(someNumber(random))];
      const signed = crypto.signPrepared(crypto.prepareNonce(drbg), hash, d);
      const pub = secp256k1.getPublicKey(d, true);
      expect(secp256k1.verify(signed.sig, hash, pub, { lowS: true })).to.equal(true);
      expect(hex(crypto.ecdsaRecover(signed.sig, signed.recid, hash))).to.equal(hex(pub));
    }
  });

  it('is consumed by its one use, by a failed use, and by wiping', () => {
    const drbg = crypto.drbgInit(random(48));
    const [d, hash] = [be32(5n), random(32)];
    const uses: ((nonce: ReturnType<typeof crypto.prepareNonce>) => void)[] = [
      (nonce) => crypto.signPrepared(nonce, hash, d),
      (nonce) => codeOf(() => crypto.signPrepared(nonce, hash, new Uint8Array(32))),
      (nonce) => codeOf(() => crypto.signPrepared(nonce, new Uint8Array(31), d)),
      (nonce) => crypto.wipeNonce(nonce),
    ];
    for (const use of uses) {
      const nonce = crypto.prepareNonce(drbg);
      use(nonce);
      expect(hex(new Uint8Array(nonce.words.buffer))).to.equal('00'.repeat(160));
      expect(codeOf(() => crypto.signPrepared(nonce, hash, d))).to.equal('crypto-nonce');
      expect(codeOf(() => crypto.signPrepared(nonce, random(32), d))).to.equal('crypto-nonce');
    }
  });

  it('never gives one nonce twice, not even from a generator set back to an old state', () => {
    const seed = random(48);
    const seen = new Set<string>();
    for (let i = 0; i < 6; i++) {
      const drbg = crypto.drbgInit(seed); // what a restored backup would do
      for (let j = 0; j < 3; j++) {
        const signed = crypto.signPrepared(crypto.prepareNonce(drbg), random(32), be32(9n));
        seen.add(hex(signed.sig.subarray(0, 32)));
      }
    }
    expect(seen.size).to.equal(18);
  });

  it('a nonce with any number disturbed is refused: no signature comes out', () => {
    const drbg = crypto.drbgInit(random(48));
    const [d, hash] = [be32(77n), random(32)];
    for (let at = 8; at < 40; at += 3) {
      const nonce = crypto.prepareNonce(drbg);
      nonce.words[at] ^= 1 << (at % 31);
      // a factor changed on both sides of the relation alike leaves a right signature; anything else is a fault
      let signed;
      try {
        signed = crypto.signPrepared(nonce, hash, d);
      } catch (error) {
        expect((error as { code: string }).code).to.equal('crypto-fault');
        continue;
      }
      expect(secp256k1.verify(signed.sig, hash, secp256k1.getPublicKey(d))).to.equal(true);
    }
  });

  it('the relation check refuses every wrong operand', () => {
    for (let i = 0; i < cases(10); i++) {
      const [hash, d] = [be32(someNumber(random)), be32(someScalar(random))];
      ecdsa.K.set(words(someScalar(random)));
      const recid = ecdsa.prepareFactors();
      const nonce = Uint32Array.from(ecdsa.NONCE);
      const sign = (at: number, bit: number): string => {
        ecdsa.NONCE.set(nonce);
        ecdsa.NONCE[at] ^= bit;
        ecdsa.takeArguments(hash, d);
        return codeOf(() => ecdsa.signatureOf(recid));
      };
      expect(sign(0, 0)).to.equal('');
      // m, t = (k m)^-1, m2, m2 k: each of their words, wrong by one bit
      for (let at = 8; at < 40; at++) expect(sign(at, 1 << ((at + i) % 32)), `word ${at}`).to.equal('crypto-fault');
    }
    ecdsa.wipeRegisters();
    expect(ecdsa.NONCE.every((word) => word === 0)).to.equal(true);
  });

  it('a fault in a point leaves the curve and is refused', () => {
    comb.multiplyBase(words(12345n));
    point.Y1[4] ^= 1;
    affine.toAffine();
    expect(affine.isOnCurve(point.X1, point.Y1)).to.equal(false);
  });
});
