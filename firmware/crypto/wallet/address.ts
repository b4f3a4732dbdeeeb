// Addresses and output scripts: P2PKH, P2WPKH (BIP173), P2TR with the key path alone (BIP341, BIP350, BIP86); for
// paying, also P2SH, P2WSH and later witness versions.
import { fail } from '../../../protocol/errors';
import { aBytes, setBytes } from '../bytes';
import { base58checkDecode, base58checkEncode } from './base58';
import { addToPoint } from '../curve/comb';
import { register, sub } from '../curve/field';
import { ZERO } from '../curve/modn';
import { Y2 } from '../curve/point';
import { hash160 } from '../hash/ripemd160';
import { isScalar } from '../curve/scalar';
import { decodePoint, encodePoint } from '../curve/sec1';
import { segwitDecode, segwitEncode } from './bech32';
import { taggedHash } from '../hash/sha256';

/** Kinds of address that the device makes. */
export type AddressType = 'p2pkh' | 'p2wpkh' | 'p2tr';
/** Bitcoin's networks as the project names them. */
export type Network = 'main' | 'test' | 'regtest';

const TAP_TWEAK = new Uint8Array([84, 97, 112, 84, 119, 101, 97, 107]); // "TapTweak"
const T = register(20);

/** Human-readable part of a network's Bech32 addresses. Throws `crypto-network`. */
export function networkHrp(network: string): string {
  if (network === 'main') return 'bc';
  if (network === 'test') return 'tb';
  if (network === 'regtest') return 'bcrt';
  throw fail('crypto-network', 'a network is main, test or regtest');
}

/** Output key of BIP341 for an internal key without scripts (BIP86): 32 bytes. Throws `crypto-point`. */
export function taprootOutputKey(pub33: Uint8Array): Uint8Array {
  decodePoint(pub33);
  if (Y2[0] & 1) sub(Y2, ZERO, Y2);
  setBytes(T, taggedHash(TAP_TWEAK, pub33.subarray(1, 33)));
  if (!isScalar(T)) throw fail('crypto-scalar', 'this key has no taproot output');
  addToPoint(T);
  return encodePoint(true).subarray(1, 33);
}

/** Address of a public key of 33 bytes. Throws crypto-length, crypto-point, crypto-network, crypto-address. */
export function address(pub33: Uint8Array, type: AddressType, network: Network): string {
  aBytes(pub33, 33, 'public key');
  const hrp = networkHrp(network);
  if (type === 'p2tr') return segwitEncode(hrp, 1, taprootOutputKey(pub33));
  decodePoint(pub33);
  return addressOfHash(hash160(pub33), type, network);
}

/** Address of a key's hash160, for batches: 'p2pkh' or 'p2wpkh'. */
export function addressOfHash(hash: Uint8Array, type: AddressType, network: Network): string {
  const hrp = networkHrp(network);
  aBytes(hash, 20, 'hash');
  if (type === 'p2wpkh') return segwitEncode(hrp, 0, hash);
  if (type !== 'p2pkh') throw fail('crypto-address', 'a type is p2pkh, p2wpkh or p2tr');
  const payload = new Uint8Array(21);
  payload[0] = network === 'main' ? 0 : 111;
  payload.set(hash, 1);
  return base58checkEncode(payload);
}

/** OP_DUP OP_HASH160 <hash> OP_EQUALVERIFY OP_CHECKSIG: P2PKH's script, and the script code of P2WPKH (BIP143). */
export function p2pkhScript(hash: Uint8Array): Uint8Array {
  const script = new Uint8Array(25);
  script.set([0x76, 0xa9, 20]);
  script.set(hash, 3);
  script.set([0x88, 0xac], 23);
  return script;
}

/** Version opcode and push of a witness program. */
export function witnessScript(version: number, program: Uint8Array): Uint8Array {
  const script = new Uint8Array(2 + program.length);
  script[0] = version ? 0x50 + version : 0;
  script[1] = program.length;
  script.set(program, 2);
  return script;
}

/**
 * Script pubkey that pays an address. Throws crypto-network, crypto-version, crypto-base58, crypto-bech32,
 * crypto-checksum.
 */
export function addressToScript(text: string, network: Network): Uint8Array {
  const hrp = networkHrp(network);
  const at = text.lastIndexOf('1');
  const prefix = text.substr(0, at < 0 ? 0 : at).toLowerCase();
  if (prefix === 'bc' || prefix === 'tb' || prefix === 'bcrt') {
    const decoded = segwitDecode(hrp, text);
    return witnessScript(decoded.version, decoded.program);
  }
  const payload = base58checkDecode(text);
  const isMain = network === 'main';
  const version = payload[0];
  if (payload.length !== 21) throw fail('crypto-base58', 'not a length of an address');
  if (version === (isMain ? 0 : 111)) return p2pkhScript(payload.subarray(1));
  if (version === 0 || version === 111 || version === (isMain ? 196 : 5))
    throw fail('crypto-network', 'an address of another network');
  if (version !== (isMain ? 5 : 196)) throw fail('crypto-version', 'unknown version of an address');
  const script = new Uint8Array(23);
  script.set([0xa9, 20]);
  script.set(payload.subarray(1), 2);
  script[22] = 0x87;
  return script;
}
