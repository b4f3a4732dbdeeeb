// Addresses from an account's extended public keys. Spec: BIP32, BIP44, BIP84. Holds no private key; long derivations
// let other work in between.

import { createHash, createHmac } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { secp256k1 } from '@noble/curves/secp256k1';
import { ripemd160 } from '@noble/hashes/legacy';
import { HARDENED_OFFSET, HDKey } from '@scure/bip32';
import * as btc from '@scure/btc-signer';
import { fail } from '../../protocol/errors';
import { hexOf } from './hex';
import { coinTypeOf, NETWORKS, XKEY_VERSIONS, type NetworkName } from './network';

export type ScriptKind = 'p2wpkh' | 'p2pkh';

export interface DerivedAddress {
  idx: number;
  address: string;
  script: string;
}

const PURPOSE = { p2wpkh: 84, p2pkh: 44 };
const ACCOUNT_DEPTH = 3;
/** Addresses derived before other work gets its turn. */
const BLOCK = 50;

/**
 * Reads an account key. Throws `bad-xpub` unless it is public, of this network, at depth 3 and the `number`-th account
 * (2a receives, 2a+1 sends). `name` is the field's, for the error.
 */
export function requireAccountKey(xpub: unknown, network: NetworkName, number: number, name: string): HDKey {
  let key: HDKey;
  try {
    key = HDKey.fromExtendedKey(String(xpub), XKEY_VERSIONS[network]);
  } catch {
    throw fail('bad-xpub', `${name} expected an extended public key of network ${network}`);
  }
  if (key.privateKey)
    throw fail('bad-xpub', `${name} is a private key: it must never leave HSM-Cold; treat it as lost`);
  if (key.depth !== ACCOUNT_DEPTH || key.index !== HARDENED_OFFSET + number)
    throw fail('bad-xpub', `${name} expected account key number ${number} at depth ${ACCOUNT_DEPTH}`);
  return key;
}

/** Path of a leaf key below the master key, as a PSBT carries it. Spec: BIP44, BIP84, BIP174. */
export function leafPath(
  kind: ScriptKind,
  network: NetworkName,
  accountNumber: number,
  leaf: { chain: number; idx: number },
): number[] {
  const hardened = [PURPOSE[kind], coinTypeOf(network), accountNumber].map((n) => HARDENED_OFFSET + n);
  return [...hardened, leaf.chain, leaf.idx];
}

function hash160(bytes: Uint8Array): Uint8Array {
  return ripemd160(createHash('sha256').update(bytes).digest());
}

function addressOf(pubkey: Uint8Array, kind: ScriptKind, network: NetworkName): { address: string; script: string } {
  const decoded = { type: kind === 'p2wpkh' ? ('wpkh' as const) : ('pkh' as const), hash: hash160(pubkey) };
  return { address: btc.Address(NETWORKS[network]).encode(decoded), script: hexOf(btc.OutScript.encode(decoded)) };
}

export function pubkeyAt(key: HDKey, chain: number, idx: number): Uint8Array {
  return key.deriveChild(chain).deriveChild(idx).publicKey as Uint8Array;
}

/** Script pubkey of a leaf key, and the key. */
export function leafPayment(
  key: HDKey,
  kind: ScriptKind,
  chain: number,
  idx: number,
): { script: Uint8Array; pubkey: Uint8Array } {
  const pubkey = pubkeyAt(key, chain, idx);
  const payment = kind === 'p2wpkh' ? btc.p2wpkh(pubkey) : btc.p2pkh(pubkey);
  return { script: payment.script, pubkey };
}

export interface DerivedRange {
  key: HDKey;
  kind: ScriptKind;
  network: NetworkName;
  chain: number;
  from: number;
  count: number;
}

/**
 * Addresses `from` .. `from + count - 1` of one chain. The parent's point is read once and the children's made affine
 * together. Throws `no-child`.
 */
export async function deriveRange(range: DerivedRange): Promise<DerivedAddress[]> {
  const { key, kind, network, chain, from, count } = range;
  const parent = key.deriveChild(chain);
  const parentKey = parent.publicKey as Uint8Array;
  const parentPoint = secp256k1.Point.fromHex(parentKey);
  const derived: DerivedAddress[] = [];
  for (let first = from; first < from + count; first += BLOCK) {
    const points = [];
    for (let idx = first; idx < Math.min(first + BLOCK, from + count); idx++)
      points.push(parentPoint.add(secp256k1.Point.BASE.multiplyUnsafe(childScalar(parent, parentKey, idx))));
    secp256k1.Point.normalizeZ(points).forEach((point, i) =>
      derived.push({ idx: first + i, ...addressOf(point.toBytes(true), kind, network) }),
    );
    await turn();
  }
  return derived;
}

/** BIP32 CKDpub: what is added to the parent. Throws `no-child` for the one index in 2^127 that has none. */
function childScalar(parent: HDKey, parentKey: Uint8Array, idx: number): bigint {
  const indexBytes = Buffer.alloc(4);
  indexBytes.writeUInt32BE(idx);
  const left = createHmac('sha512', parent.chainCode as Uint8Array)
    .update(parentKey)
    .update(indexBytes)
    .digest()
    .subarray(0, 32);
  const scalar = BigInt('0x' + left.toString('hex'));
  if (scalar === 0n || scalar >= secp256k1.Point.CURVE().n) throw fail('no-child', `index ${idx} has no key`);
  return scalar;
}
