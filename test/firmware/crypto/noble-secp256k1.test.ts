// A second, independent opinion on the device's curve: @noble/secp256k1 shares no code with @noble/curves (its own
// formulas, HMAC from Web Crypto). Keys, RFC 6979 signatures, recovery, verification, ECDH and child keys; bad points.
import { expect } from 'chai';
import { N, P, be32, bytes, big, cases, codeOf, crypto, hex, seeded, someNumber, someScalar } from './support';

type Noble = typeof import('@noble/secp256k1', { with: { 'resolution-mode': 'import' } });

describe('crypto against @noble/secp256k1', () => {
  let noble: Noble;

  before(async () => {
    noble = await import('@noble/secp256k1');
  });

  it('keys, signatures, recovery and verification on random and edge input', async () => {
    const random = seeded('noble-secp256k1');
    for (let i = 0; i < cases(100); i++) {
      const [d, hash] = [be32(someScalar(random)), be32(someNumber(random))];
      const pub = crypto.pubkeyCreate(d);
      expect(hex(pub)).to.equal(hex(noble.getPublicKey(d)));
      expect(hex(crypto.pubkeyCreate(d, false))).to.equal(hex(noble.getPublicKey(d, false)));
      const signed = crypto.ecdsaSignRecoverable(hash, d);
      const expected = await noble.signAsync(hash, d);
      expect(hex(signed.sig)).to.equal(hex(expected.toBytes()));
      expect(signed.recid).to.equal(expected.recovery);
      expect(hex(crypto.ecdsaRecover(signed.sig, signed.recid, hash))).to.equal(
        expected.recoverPublicKey(hash).toHex(true),
      );
      const bad = Uint8Array.from(signed.sig);
      bad[random(1)[0] % 64] ^= 1 << (random(1)[0] % 8);
      for (const sig of [signed.sig, bad])
        expect(crypto.ecdsaVerify(sig, hash, pub)).to.equal(noble.verify(sig, hash, pub, { lowS: false }));
    }
  });

  it('prepared nonces give signatures that it accepts with a low s', () => {
    const random = seeded('noble-secp256k1 nonces');
    const drbg = crypto.drbgInit(random(48));
    for (let i = 0; i < cases(50); i++) {
      const [d, hash] = [be32(someScalar(random)), be32(someNumber(random))];
      const { sig } = crypto.signPrepared(crypto.prepareNonce(drbg), hash, d);
      expect(noble.verify(sig, hash, noble.getPublicKey(d), { lowS: true })).to.equal(true);
    }
  });

  it('ECDH and the child keys of a batch', () => {
    const random = seeded('noble-secp256k1 points');
    for (let i = 0; i < cases(50); i++) {
      const [d, e] = [be32(someScalar(random)), be32(someScalar(random))];
      expect(hex(crypto.ecdh(noble.getPublicKey(e), d))).to.equal(hex(noble.getSharedSecret(d, noble.getPublicKey(e))));
    }
    const [parent, chain] = [noble.getPublicKey(be32(someScalar(random))), random(32)];
    for (const child of crypto.batchStep(crypto.batchStart(parent, chain, 0, 8), 8)) {
      const index = Uint8Array.from([0, 0, 0, child.index]);
      const tweak = big(crypto.hmacSha512(chain, Uint8Array.from([...parent, ...index])).subarray(0, 32));
      const point = noble.Point.BASE.multiply(tweak).add(noble.Point.fromBytes(parent));
      expect(hex(child.hash160)).to.equal(hex(crypto.ripemd160(crypto.sha256(point.toBytes(true)))));
    }
  });

  it('refuses the same points', () => {
    const random = seeded('noble-secp256k1 refusals');
    const xs = [0n, 5n, N, P - 1n, P, P + 1n, 2n ** 256n - 1n, ...Array.from({ length: 60 }, () => big(random(32)))];
    for (const x of xs)
      for (const prefix of ['02', '03', '05']) {
        const pub = bytes(`${prefix}${hex(be32(x))}`);
        const isTaken = codeOf(() => crypto.pubkeyParse(pub)) === '';
        expect(isTaken, hex(pub)).to.equal(codeOf(() => noble.Point.fromBytes(pub).assertValidity()) === '');
      }
  });
});
