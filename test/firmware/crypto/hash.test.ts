// Hashes and what is built on them: FIPS 180-4, RIPEMD-160, RFC 4231 (HMAC), RFC 5869 (HKDF), RFC 8018 (PBKDF2),
// SP 800-38A (AES-CTR), SP 800-90A (HMAC-DRBG). Node's OpenSSL is the oracle; both the native and the ES5 forms are
// held to it in their engines (see engines.test.ts).
import { expect } from 'chai';
import { createCipheriv, createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { aes256CtrEs5 } from '../../../firmware/crypto/cipher/aes-es5';
import { DRBG_MAX_REQUESTS } from '../../../firmware/crypto/cipher/drbg';
import { sha256Es5 } from '../../../firmware/crypto/hash/sha256-running';
import { bytes, cases, codeOf, crypto, hex, seeded, vectors } from './support';

describe('crypto/hash', () => {
  const random = seeded('hash');

  it('sha256, sha512 and ripemd160 of every length up to 300, and of 5,000 bytes', () => {
    for (let n = 0; n <= 301; n++) {
      const data = random(n === 301 ? 5000 : n);
      for (const name of ['sha256', 'sha512', 'ripemd160'] as const)
        expect(hex(crypto[name](data)), `${name} of ${n}`).to.equal(createHash(name).update(data).digest('hex'));
      expect(hex(sha256Es5(data))).to.equal(createHash('sha256').update(data).digest('hex'));
    }
  });

  it('a running sha256 fed in pieces of any size, with any buffer, equals the whole', () => {
    for (let i = 0; i < 200; i++) {
      const data = random(random(1)[0] * 7);
      const state = crypto.sha256Init([64, 128, 512][i % 3]);
      for (let at = 0; at < data.length;) {
        const n = random(1)[0] % 150;
        crypto.sha256Update(state, data.subarray(at, at + n));
        at += n;
      }
      expect(hex(crypto.sha256Final(state))).to.equal(createHash('sha256').update(data).digest('hex'));
    }
  });

  it('a running sha256 of an announced length, also of other lengths and with its tables dropped', () => {
    for (const said of [0, 1, 63, 64, 65, 300, 512, 513, 5000])
      for (const really of [0, 1, said >> 1, said, said + 1, said + 200]) {
        const data = random(really);
        const state = crypto.sha256For(said);
        for (let at = 0; at < really; at += 97) {
          crypto.sha256Update(state, data.subarray(at, at + 97));
          if (at % 2) crypto.sha256DropTables();
        }
        expect(hex(crypto.sha256Final(state)), `${said} ${really}`).to.equal(
          createHash('sha256').update(data).digest('hex'),
        );
      }
  });

  it('RFC 4231', () => {
    for (const row of vectors<{ cases: { key: string; data: string; hmacSha256: string; hmacSha512: string }[] }>(
      'rfc4231.json',
    ).cases) {
      expect(hex(crypto.hmacSha256(bytes(row.key), bytes(row.data)))).to.equal(row.hmacSha256);
      expect(hex(crypto.hmacSha512(bytes(row.key), bytes(row.data)))).to.equal(row.hmacSha512);
    }
  });

  it('RFC 5869, and its bounds', () => {
    for (const row of vectors<{ cases: { ikm: string; salt: string; info: string; lenBytes: number; okm: string }[] }>(
      'rfc5869.json',
    ).cases)
      expect(hex(crypto.hkdfSha256(bytes(row.ikm), bytes(row.salt), bytes(row.info), row.lenBytes))).to.equal(row.okm);
    const none = new Uint8Array(0);
    expect(crypto.hkdfSha256(none, none, none, 8160).length).to.equal(8160);
    for (const n of [0, -1, 8161, NaN])
      expect(codeOf(() => crypto.hkdfSha256(none, none, none, n))).to.equal('crypto-length');
  });

  it('HMAC and PBKDF2 against OpenSSL', () => {
    for (let i = 0; i < cases(200); i++) {
      const key = random(random(1)[0]);
      const data = random(random(1)[0]);
      expect(hex(crypto.hmacSha256(key, data))).to.equal(createHmac('sha256', key).update(data).digest('hex'));
      expect(hex(crypto.hmacSha512(key, data))).to.equal(createHmac('sha512', key).update(data).digest('hex'));
      const parts = [data.subarray(0, data.length >> 1), new Uint8Array(0), data.subarray(data.length >> 1)];
      expect(hex(crypto.hmacSha256Parts(key, parts))).to.equal(hex(crypto.hmacSha256(key, data)));
      expect(hex(crypto.sha256Parts(parts))).to.equal(hex(crypto.sha256(data)));
    }
    for (const [iterations, lenBytes] of [
      [1, 64],
      [2, 4],
      [3, 128],
      [5, 68],
    ]) {
      const [password, salt] = [random(20), random(9)];
      expect(hex(crypto.pbkdf2Sha512(password, salt, iterations, lenBytes))).to.equal(
        pbkdf2Sync(password, salt, iterations, lenBytes, 'sha512').toString('hex'),
      );
    }
    expect(codeOf(() => crypto.pbkdf2Sha512(random(1), random(1), 0, 64))).to.equal('crypto-length');
    expect(codeOf(() => crypto.pbkdf2Sha512(random(1), random(1), 1, 1028))).to.equal('crypto-length');
  });

  it('AES-256-CTR: counters that wrap, every length, both forms', () => {
    for (let n = 0; n < 300; n++) {
      const [key, iv, data] = [random(32), random(16), random(n)];
      if (n % 3 === 0) iv.fill(255);
      if (n % 3 === 1) iv.fill(255, 8);
      const cipher = createCipheriv('aes-256-ctr', key, iv);
      const expected = cipher.update(data).toString('hex');
      expect(hex(crypto.aes256Ctr(key, iv, data))).to.equal(expected);
      expect(hex(aes256CtrEs5(key, iv, data))).to.equal(expected);
    }
    expect(codeOf(() => crypto.aes256Ctr(random(31), random(16), random(1)))).to.equal('crypto-length');
    expect(codeOf(() => crypto.aes256Ctr(random(32), random(12), random(1)))).to.equal('crypto-length');
  });

  it('seal and open: any changed bit, wrong nonce, key, associated data or tag length is refused', () => {
    const [key, nonce, aad, plain] = [random(32), random(12), random(7), random(40)];
    const sealed = crypto.seal(key, nonce, aad, plain, 16);
    expect(hex(crypto.open(key, nonce, aad, sealed, 16))).to.equal(hex(plain));
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const bad = Uint8Array.from(sealed);
      bad[bit >> 3] ^= 1 << (bit & 7);
      expect(codeOf(() => crypto.open(key, nonce, aad, bad, 16))).to.equal('crypto-tag');
    }
    expect(codeOf(() => crypto.open(random(32), nonce, aad, sealed, 16))).to.equal('crypto-tag');
    expect(codeOf(() => crypto.open(key, random(12), aad, sealed, 16))).to.equal('crypto-tag');
    expect(codeOf(() => crypto.open(key, nonce, random(7), sealed, 16))).to.equal('crypto-tag');
    // a byte moved from the nonce to the associated data is another message
    expect(
      codeOf(() => crypto.open(key, nonce.subarray(0, 11), crypto.sha256(nonce).subarray(0, 8), sealed, 16)),
    ).to.equal('crypto-tag');
    expect(codeOf(() => crypto.open(key, nonce, aad, sealed.subarray(0, 15), 16))).to.equal('crypto-length');
    expect(codeOf(() => crypto.open(key, nonce, aad, sealed, 12))).to.equal('crypto-tag');
    expect(codeOf(() => crypto.seal(key, random(13), aad, plain, 16))).to.equal('crypto-length');
    for (const tagBytes of [7, 33])
      expect(codeOf(() => crypto.seal(key, nonce, aad, plain, tagBytes))).to.equal('crypto-length');
  });

  it('HMAC-DRBG follows SP 800-90A 10.1.2 through instantiation, reseeding and additional input', () => {
    // the standard's pseudocode, over OpenSSL's HMAC
    let K = Buffer.alloc(32);
    let V = Buffer.alloc(32, 1);
    const mac = (key: Buffer, ...parts: Uint8Array[]): Buffer =>
      parts.reduce((h, part) => h.update(part), createHmac('sha256', key)).digest();
    const update = (data: Uint8Array): void => {
      K = mac(K, V, Buffer.from([0]), data) as Buffer<ArrayBuffer>;
      V = mac(K, V) as Buffer<ArrayBuffer>;
      if (!data.length) return;
      K = mac(K, V, Buffer.from([1]), data) as Buffer<ArrayBuffer>;
      V = mac(K, V) as Buffer<ArrayBuffer>;
    };
    const generate = (n: number, extra: Uint8Array): string => {
      if (extra.length) update(extra);
      let out = '';
      while (out.length < 2 * n) {
        V = mac(K, V) as Buffer<ArrayBuffer>;
        out += V.toString('hex');
      }
      update(extra);
      return out.slice(0, 2 * n);
    };
    const seed = random(48);
    const drbg = crypto.drbgInit(seed);
    update(seed);
    for (let i = 0; i < 40; i++) {
      const extra = i % 3 ? random(i) : new Uint8Array(0);
      expect(hex(crypto.drbgGenerate(drbg, i + 1, extra))).to.equal(generate(i + 1, extra));
      if (i % 10 === 9) {
        const more = random(32);
        crypto.drbgReseed(drbg, more);
        update(more);
      }
    }
  });

  it('HMAC-DRBG refuses poor seeds, requests out of bounds, and to go on without reseeding', () => {
    expect(codeOf(() => crypto.drbgInit(random(31)))).to.equal('crypto-entropy');
    const drbg = crypto.drbgInit(random(32));
    expect(codeOf(() => crypto.drbgReseed(drbg, random(31)))).to.equal('crypto-entropy');
    for (const n of [0, 1025, NaN]) expect(codeOf(() => crypto.drbgGenerate(drbg, n))).to.equal('crypto-length');
    drbg.requests = DRBG_MAX_REQUESTS;
    expect(crypto.drbgGenerate(drbg, 1024).length).to.equal(1024);
    expect(codeOf(() => crypto.drbgGenerate(drbg, 1))).to.equal('crypto-reseed');
    crypto.drbgReseed(drbg, random(32));
    expect(codeOf(() => crypto.drbgGenerate(drbg, 1))).to.equal('');
    crypto.drbgWipe(drbg);
    expect(hex(drbg.key) + hex(drbg.value)).to.equal('0'.repeat(128));
  });
});
