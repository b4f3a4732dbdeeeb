// The same answers as libsecp256k1 (Debian's libsecp256k1-dev and gcc, else skipped with the reason): public keys,
// RFC 6979 signatures with recovery numbers, verification of good and changed signatures, ECDH points.
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { be32, bytes, cases, crypto, hex, seeded, someNumber, someScalar } from './support';

const PROGRAM = `
#include <stdio.h>
#include <string.h>
#include <secp256k1.h>
#include <secp256k1_ecdh.h>
#include <secp256k1_recovery.h>
static int point(unsigned char *out, const unsigned char *x, const unsigned char *y, void *data) {
  (void)data; out[0] = 2 + (y[31] & 1); memcpy(out + 1, x, 32); return 1;
}
static void show(const unsigned char *b, int n) { while (n--) printf("%02x", *b++); putchar(' '); }
int main(void) {
  secp256k1_context *c = secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY);
  unsigned char in[96], out[64], key[33];
  while (fread(in, 1, 96, stdin) == 96) { /* private key, hash, other private key */
    secp256k1_pubkey pub, other;
    secp256k1_ecdsa_recoverable_signature rec;
    secp256k1_ecdsa_signature sig;
    size_t n = 33;
    int recid, is_good;
    if (!secp256k1_ec_pubkey_create(c, &pub, in) || !secp256k1_ec_pubkey_create(c, &other, in + 64)) return 1;
    secp256k1_ec_pubkey_serialize(c, key, &n, &pub, SECP256K1_EC_COMPRESSED); show(key, 33);
    if (!secp256k1_ecdsa_sign_recoverable(c, &rec, in + 32, in, NULL, NULL)) return 1;
    secp256k1_ecdsa_recoverable_signature_serialize_compact(c, out, &recid, &rec); show(out, 64); printf("%d ", recid);
    out[40] ^= 1;
    is_good = secp256k1_ecdsa_signature_parse_compact(c, &sig, out) && secp256k1_ecdsa_verify(c, &sig, in + 32, &pub);
    printf("%d ", is_good);
    if (!secp256k1_ecdh(c, key, &other, in, point, NULL)) return 1;
    show(key, 33); putchar('\\n');
  }
  return 0;
}
`;

describe('crypto against libsecp256k1', function () {
  this.timeout(600000);

  it('keys, signatures, verification and ECDH on random and edge input', function () {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'libsecp-'));
    try {
      fs.writeFileSync(path.join(dir, 'oracle.c'), PROGRAM);
      const built = spawnSync(
        'gcc',
        ['-O1', '-o', path.join(dir, 'oracle'), path.join(dir, 'oracle.c'), '-lsecp256k1'],
        { encoding: 'utf8' },
      );
      if (built.status !== 0) return this.skip(); // gcc or libsecp256k1-dev is not installed
      const random = seeded('libsecp256k1');
      const rows = Array.from({ length: cases(200) }, () => [
        be32(someScalar(random)),
        be32(someNumber(random)),
        be32(someScalar(random)),
      ]);
      const done = spawnSync(path.join(dir, 'oracle'), {
        input: Buffer.concat(rows.flat()),
        encoding: 'latin1',
        maxBuffer: 1 << 28,
      });
      expect(done.status).to.equal(0);
      done.stdout
        .trim()
        .split('\n')
        .forEach((line, i) => {
          const [pub, sig, recid, isValid, shared] = line.trim().split(' ');
          const [d, hash, e] = rows[i];
          const signed = crypto.ecdsaSignRecoverable(hash, d);
          expect(hex(crypto.pubkeyCreate(d))).to.equal(pub);
          expect(hex(signed.sig)).to.equal(sig);
          expect(String(signed.recid)).to.equal(recid);
          expect(crypto.ecdsaVerify(signed.sig, hash, bytes(pub))).to.equal(true);
          signed.sig[40] ^= 1;
          expect(crypto.ecdsaVerify(signed.sig, hash, bytes(pub))).to.equal(isValid === '1');
          expect(hex(crypto.ecdh(crypto.pubkeyCreate(e), d))).to.equal(shared);
        });
    } finally {
      fs.rmSync(dir, { recursive: true });
    }
  });
});
