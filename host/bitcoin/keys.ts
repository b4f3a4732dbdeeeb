// Addresses from an account's extended public keys, and the batch digest. Spec: BIP32, BIP44, BIP84; SPEC.md "batch
// digest". Holds no private key; long derivations let other work in between.

import { createHash, createHmac } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { secp256k1 } from '@noble/curves/secp256k1';
import { ripemd160 } from '@noble/hashes/legacy';
import { HDKey } from '@scure/bip32';
import * as btc from '@scure/btc-signer';
import { fail } from '../../protocol/errors';
import { hexOf, NETWORKS } from './scripts';
import { apiFail } from '../api/http/errors';
import type { NetworkName } from '../api/types';

export type ScriptKind = 'p2wpkh' | 'p2pkh';

export interface DerivedAddress {
  idx: number;
  address: string;
  script: string;
}

const VERSIONS = {
  main: { public: 0x0488b21e, private: 0x0488ade4 },
  test: { public: 0x043587cf, private: 0x04358394 },
};
const HARDENED = 0x80000000;
const ACCOUNT_DEPTH = 3;
/** Addresses derived before other work gets its turn. */
const SLICE = 50;

/**
 * Reads an account key. Throws `bad-parameter` unless it is public, of this network, at depth 3 and the `number`-th
 * account (2a receives, 2a+1 sends).
 */
export function anAccountKey(xpub: unknown, network: NetworkName, number: number, name: string): HDKey {
  let key: HDKey;
  try {
    key = HDKey.fromExtendedKey(String(xpub), network === 'main' ? VERSIONS.main : VERSIONS.test);
  } catch {
    throw apiFail('bad-parameter', `${name} expected an extended public key of network ${network}`);
  }
  if (key.privateKey)
    throw apiFail('bad-parameter', `${name} is a private key: it must never leave HSM-Cold; treat it as lost`);
  if (key.depth !== ACCOUNT_DEPTH || key.index !== HARDENED + number)
    throw apiFail('bad-parameter', `${name} expected account key number ${number} at depth ${ACCOUNT_DEPTH}`);
  return key;
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

/**
 * Addresses `from` .. `from + count - 1` of one chain. The parent's point is read once and the children's made affine
 * together.
 */
export async function deriveRange(
  key: HDKey,
  kind: ScriptKind,
  network: NetworkName,
  chain: number,
  from: number,
  count: number,
): Promise<DerivedAddress[]> {
  const parent = key.deriveChild(chain);
  const parentKey = parent.publicKey as Uint8Array;
  const parentPoint = secp256k1.Point.fromHex(parentKey);
  const derived: DerivedAddress[] = [];
  for (let first = from; first < from + count; first += SLICE) {
    const points = [];
    for (let idx = first; idx < Math.min(first + SLICE, from + count); idx++)
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

/** SHA-256 of what HSM-Cold vouches for: network, account, side, batch number and the addresses in order. */
export function batchDigest(
  network: NetworkName,
  account: number,
  side: number,
  batchNo: number,
  addresses: string[],
): string {
  const list = addresses.map((address, position) => `${position},${address}:`).join('');
  return createHash('sha256')
    .update(`chaincloud batch v2\n${network}\n${account}\n${side}\n${batchNo}\n${list}`)
    .digest('hex');
}
