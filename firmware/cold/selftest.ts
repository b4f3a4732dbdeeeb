/**
 * Known answers for every primitive, at each start before anything else and from the console. A board that fails does nothing.
 * Sources: FIPS 180-4 examples, RFC 4231 case 2, RFC 5869 case 1, RFC 6979 A.2.5 in the secp256k1 form used by BIP340's authors,
 * NIST SP 800-38A F.5.5, BIP32 test vector 1.
 */
import { textBytes } from '../crypto/bytes';
import { aes256Ctr, ecdsaSign, hash160, hkdfSha256, hmacSha256, hmacSha512, privFromSeed, pubkeyCreate, ripemd160, sha256, sha512 } from '../crypto/index';
import { bytesOfHex, hexOf } from '../console/hex';
import { fail } from '../../protocol/errors';

function expect(name: string, bytes: Uint8Array, startHex: string): void {
  if (hexOf(bytes.subarray(0, 8)) !== startHex) throw fail('selftest-failed', name);
}

function hex(text: string): Uint8Array {
  return bytesOfHex(text) as Uint8Array;
}

/** Throws `selftest-failed` naming the primitive. About one multiplication and one signature of time. */
export function selfTest(): void {
  const abc = textBytes('abc');
  expect('sha256', sha256(abc), 'ba7816bf8f01cfea');
  expect('sha512', sha512(abc), 'ddaf35a193617aba');
  expect('ripemd160', ripemd160(abc), '8eb208f7e05d987a');
  expect('hmac-sha256', hmacSha256(textBytes('Jefe'), textBytes('what do ya want for nothing?')), '5bdcc146bf60754e');
  expect('hmac-sha512', hmacSha512(textBytes('Jefe'), textBytes('what do ya want for nothing?')), '164b7a7bfcf819e2');
  expect('hkdf', hkdfSha256(hex('0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b'), hex('000102030405060708090a0b0c'), hex('f0f1f2f3f4f5f6f7f8f9'), 42), '3cb25f25faacd57a');
  expect(
    'aes-256-ctr',
    aes256Ctr(hex('603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4'), hex('f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff'), hex('6bc1bee22e409f96e93d7e117393172a')),
    '601ec313775789a5',
  );
  expect('bip32', privFromSeed(hex('000102030405060708090a0b0c0d0e0f')).key, 'e8f32e723decf405');
  const one = new Uint8Array(32);
  one[31] = 1;
  expect('secp256k1', hash160(pubkeyCreate(one)), '751e76e8199196d4');
  expect('ecdsa', ecdsaSign(sha256(textBytes('Satoshi Nakamoto')), one), '934b1ea10a4b3c17');
}
