// ECDSA (SEC 1 4.1, RFC 6979, BIP 62 low s), keys, recovery and ECDH against @noble/curves, at the edges, and with bad
// input.
import { expect } from 'chai';
import { secp256k1 } from '@noble/curves/secp256k1';
import {
  EDGES,
  N,
  P,
  be32,
  big,
  bytes,
  cases,
  codeOf,
  crypto,
  hex,
  mod,
  seeded,
  someNumber,
  someScalar,
  vectors,
} from '../support';

const G = secp256k1.ProjectivePoint.BASE;

/** Noble's verdict: it throws on some values, which is a refusal. */
function verifyOrFalse(sig: Uint8Array, hash: Uint8Array, pub: Uint8Array): boolean {
  try {
    return secp256k1.verify(sig, hash, pub, { lowS: false });
  } catch {
    return false;
  }
}

describe('crypto/ecdsa', () => {
  const random = seeded('ecdsa');

  it("public keys of edge scalars and of any, compressed and not, equal noble's", () => {
    const scalars = EDGES.filter((value) => value > 0n && value < N);
    for (let i = 0; i < cases(300); i++) scalars.push(someScalar(random));
    for (const d of scalars) {
      expect(hex(crypto.pubkeyCreate(be32(d)))).to.equal(G.multiply(d).toHex(true));
      expect(hex(crypto.pubkeyCreate(be32(d), false))).to.equal(G.multiply(d).toHex(false));
    }
  });

  it('RFC 6979 vectors', () => {
    for (const row of vectors<{ cases: { privateKey: string; hash: string; signature: string }[] }>(
      'rfc6979.json',
    ).cases.slice(0, cases(60)))
      expect(hex(crypto.ecdsaSign(bytes(row.hash), bytes(row.privateKey)))).to.equal(row.signature);
  });

  it('signs, verifies and recovers as noble does, hashes above n and zero among them', () => {
    for (let i = 0; i < cases(250); i++) {
      const d = someScalar(random);
      const hash = be32(someNumber(random));
      const expected = secp256k1.sign(hash, be32(d));
      const signed = crypto.ecdsaSignRecoverable(hash, be32(d));
      expect(hex(signed.sig)).to.equal(expected.toCompactHex());
      expect(signed.recid).to.equal(expected.recovery);
      const pub = crypto.pubkeyCreate(be32(d));
      expect(crypto.ecdsaVerify(signed.sig, hash, pub)).to.equal(true);
      expect(hex(crypto.ecdsaRecover(signed.sig, signed.recid, hash))).to.equal(hex(pub));
      const highS = Uint8Array.from([...signed.sig.subarray(0, 32), ...be32(N - big(signed.sig.subarray(32)))]);
      expect(crypto.ecdsaVerify(highS, hash, pub)).to.equal(true);
      const bad = Uint8Array.from(signed.sig);
      bad[random(1)[0] % 64] ^= 1 << (random(1)[0] % 8);
      expect(crypto.ecdsaVerify(bad, hash, pub)).to.equal(secp256k1.verify(bad, hash, pub, { lowS: false }));
      expect(crypto.ecdsaVerify(signed.sig, hash, crypto.pubkeyCreate(be32(mod(d, N - 1n) + 1n)))).to.equal(false);
    }
  });

  it('the verified form gives the same signature', () => {
    const [hash, d] = [random(32), be32(someScalar(random))];
    expect(hex(crypto.ecdsaSign(hash, d, true))).to.equal(hex(crypto.ecdsaSign(hash, d)));
  });

  it('a verification in slices answers the same, whatever is computed in between', () => {
    for (let i = 0; i < cases(20); i++) {
      const d = be32(someScalar(random));
      const hash = be32(someNumber(random));
      const sig = crypto.ecdsaSign(hash, d);
      const bad = Uint8Array.from(sig);
      bad[random(1)[0] % 64] ^= 1;
      const pub = crypto.pubkeyCreate(d, i % 2 === 0);
      const good = crypto.verifyStart(sig, hash, pub);
      const forged = crypto.verifyStart(bad, hash, pub);
      const batch = crypto.batchStart(crypto.pubkeyCreate(d), hash, 0, 100);
      const others = [
        () => crypto.pubkeyCreate(d),
        () => crypto.ecdsaSign(hash, d),
        () => crypto.ecdh(pub, d),
        () => crypto.batchSlice(batch, 2),
        () => crypto.wipeRegisters(),
      ];
      let slices = 0;
      for (let running = [good, forged]; running.length; slices++) {
        running = running.filter((each) => crypto.verifyStep(each));
        others[slices % others.length]();
      }
      expect(good.isValid).to.equal(true);
      expect(forged.isValid).to.equal(false);
      expect(slices).to.be.within(15, 25);
    }
  });

  it('r and s at their bounds: 0, n and above are refused, 1 and n - 1 are computed with', () => {
    const pub = crypto.pubkeyCreate(be32(7n));
    const hash = random(32);
    for (const r of [0n, 1n, 2n, N - 1n, N, N + 1n, P - 1n, 2n ** 256n - 1n])
      for (const s of [0n, 1n, 2n, (N - 1n) / 2n, (N + 1n) / 2n, N - 1n, N, 2n ** 256n - 1n]) {
        const sig = Uint8Array.from([...be32(r), ...be32(s)]);
        expect(crypto.ecdsaVerify(sig, hash, pub)).to.equal(verifyOrFalse(sig, hash, pub));
      }
  });

  it('x of R above n (recovery numbers 2 and 3): r = x - n verifies and is recovered', () => {
    // the smallest x above n that is on the curve; signatures with it by construction: Q = (s R - z G) / r
    let found = 0;
    for (let x = N + 1n; found < 3; x++) {
      let R;
      try {
        R = secp256k1.ProjectivePoint.fromHex(`02${x.toString(16).padStart(64, '0')}`);
      } catch {
        continue;
      }
      found++;
      const [r, s, z] = [x - N, someScalar(random), someScalar(random)];
      const inverse = secp256k1.CURVE.Fp && modInverse(r, N);
      const Q = R.multiply(mod(s * inverse, N)).add(G.multiply(mod(-z * inverse, N)));
      const sig = Uint8Array.from([...be32(r), ...be32(s)]);
      expect(crypto.ecdsaVerify(sig, be32(z), Q.toRawBytes(true))).to.equal(true);
      expect(hex(crypto.ecdsaRecover(sig, 2, be32(z)))).to.equal(Q.toHex(true));
      expect(codeOf(() => crypto.ecdsaRecover(sig, 4, be32(z)))).to.equal('crypto-signature');
    }
    const large = Uint8Array.from([...be32(P - N), ...be32(5n)]);
    expect(codeOf(() => crypto.ecdsaRecover(large, 2, be32(1n)))).to.equal('crypto-signature');
  });

  it('doubling and cancellation inside a verification: Q = +-G, u1 = +-u2, sums at infinity', () => {
    for (const d of [1n, N - 1n, 2n, (N + 1n) / 2n]) {
      const Q = G.multiply(d).toRawBytes(true);
      for (const k of [1n, 2n, 3n, N - 1n, (N - 1n) / 2n, (N + 1n) / 2n])
        for (const z of [0n, 1n, mod(-d, N), mod(k - d, N)]) {
          const r = mod(G.multiply(k).toAffine().x, N);
          const s = mod(modInverse(k, N) * (z + r * d), N);
          if (s === 0n) continue;
          const sig = Uint8Array.from([...be32(r), ...be32(s)]);
          expect(crypto.ecdsaVerify(sig, be32(z), Q)).to.equal(true);
          // u1 G + u2 Q = 0: z = -r d, any s
          expect(crypto.ecdsaVerify(sig, be32(mod(-r * d, N)), Q)).to.equal(false);
        }
    }
  });

  it("ECDH equals noble's, keys and scalars at edges among them, and is symmetric", () => {
    for (let i = 0; i < cases(120); i++) {
      const [a, b] = [someScalar(random), someScalar(random)];
      const [A, B] = [crypto.pubkeyCreate(be32(a)), crypto.pubkeyCreate(be32(b), i % 2 === 0)];
      const shared = crypto.ecdh(B, be32(a));
      expect(hex(shared)).to.equal(hex(secp256k1.getSharedSecret(be32(a), B, true)));
      expect(hex(crypto.ecdh(A, be32(b)))).to.equal(hex(shared));
    }
  });

  it('points with tiny x are parsed, off the curve they are refused', () => {
    for (let x = 0n; x < 40n; x++) {
      const text = `03${x.toString(16).padStart(64, '0')}`;
      let isPoint = true;
      try {
        secp256k1.ProjectivePoint.fromHex(text);
      } catch {
        isPoint = false;
      }
      expect(codeOf(() => crypto.pubkeyParse(bytes(text)))).to.equal(isPoint ? '' : 'crypto-point');
    }
    for (const x of [P - 1n, P, P + 1n, P + 2n, 2n ** 256n - 1n]) {
      let isPoint = true;
      try {
        secp256k1.ProjectivePoint.fromHex(`02${x.toString(16)}`);
      } catch {
        isPoint = false;
      }
      expect(codeOf(() => crypto.pubkeyParse(bytes(`02${x.toString(16)}`)))).to.equal(isPoint ? '' : 'crypto-point');
    }
    const full = crypto.pubkeyCreate(be32(9n), false);
    for (const at of [0, 1, 33, 64]) {
      const bad = Uint8Array.from(full);
      bad[at] ^= 1;
      expect(codeOf(() => crypto.pubkeyParse(bad))).to.equal('crypto-point');
    }
    for (const [first, length] of [
      [4, 33],
      [2, 65],
      [0, 33],
      [6, 65],
      [7, 65],
      [5, 33],
    ]) {
      const bad = full.slice(0, length);
      bad[0] = first;
      expect(codeOf(() => crypto.pubkeyParse(bad))).to.equal('crypto-point');
    }
    for (const length of [0, 1, 32, 34, 64, 66])
      expect(codeOf(() => crypto.pubkeyParse(new Uint8Array(length).fill(2)))).to.equal('crypto-point');
  });

  it('bad scalars, lengths and types throw a code, whatever the function', () => {
    const [hash, good, pub] = [random(32), be32(5n), crypto.pubkeyCreate(be32(5n))];
    for (const d of [0n, N, N + 1n, 2n ** 256n - 1n])
      for (const run of [
        () => crypto.ecdsaSign(hash, be32(d)),
        () => crypto.pubkeyCreate(be32(d)),
        () => crypto.ecdh(pub, be32(d)),
        () => crypto.signMessage('x', be32(d)),
      ])
        expect(codeOf(run)).to.equal('crypto-scalar');
    for (const bad of [
      new Uint8Array(31),
      new Uint8Array(33),
      new Uint8Array(0),
      'aa' as never,
      undefined as never,
      Array.from(good) as never,
    ])
      for (const run of [
        () => crypto.ecdsaSign(bad, good),
        () => crypto.ecdsaSign(hash, bad),
        () => crypto.ecdsaVerify(new Uint8Array(64), bad, pub),
        () => crypto.ecdh(pub, bad),
        () => crypto.pubkeyCreate(bad),
      ])
        expect(codeOf(run)).to.equal('crypto-length');
    expect(codeOf(() => crypto.ecdsaVerify(new Uint8Array(63), hash, pub))).to.equal('crypto-length');
    expect(codeOf(() => crypto.ecdsaRecover(new Uint8Array(65), 0, hash))).to.equal('crypto-length');
    expect(codeOf(() => crypto.ecdsaRecover(new Uint8Array(64), 0, hash))).to.equal('crypto-signature');
    for (const recid of [-1, 4, 0.5, NaN])
      expect(codeOf(() => crypto.ecdsaRecover(crypto.ecdsaSign(hash, good), recid, hash))).to.equal('crypto-signature');
  });

  it('recovery of an r that is no x throws', () => {
    const hash = random(32);
    let refused = 0;
    for (let r = 1n; r < 30n; r++)
      if (codeOf(() => crypto.ecdsaRecover(Uint8Array.from([...be32(r), ...be32(1n)]), 0, hash)) === 'crypto-signature')
        refused++;
    expect(refused).to.be.greaterThan(5).and.lessThan(25);
  });
});

function modInverse(a: bigint, m: bigint): bigint {
  let [r0, r1, s0, s1] = [m, mod(a, m), 0n, 1n];
  while (r1) [r0, r1, s0, s1] = [r1, r0 % r1, s1, s0 - (r0 / r1) * s1];
  return mod(s0, m);
}
