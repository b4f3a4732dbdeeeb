// Hierarchical keys (BIP32), on bytes (key and chain code of 32, public key of 33) and as xprv/xpub strings.
// Out-of-range results (probability 2^-127) throw `crypto-bip32` as the BIP asks: the caller takes the next index.
import { fail } from '../../../protocol/errors';
import { aBytes, copyBytes, setBytes, toBytes } from '../bytes';
import { base58checkDecode, base58checkEncode } from './base58';
import { addToPoint } from '../curve/comb';
import { D as A, K as B, pubkeyCreate, wipeRegisters } from '../sign/ecdsa';
import { hmacSha512 } from '../hash/hmac';
import { aScalar, addN, isScalar } from '../curve/scalar';
import { hash160 } from '../hash/ripemd160';
import { decodePoint, encodePoint } from '../curve/sec1';

/** First hardened index. */
export const HARDENED = 0x80000000;
const SEED_KEY = new Uint8Array([66, 105, 116, 99, 111, 105, 110, 32, 115, 101, 101, 100]); // "Bitcoin seed"
export const XPRV_MAIN = 0x0488ade4;
export const XPUB_MAIN = 0x0488b21e;
export const XPRV_TEST = 0x04358394;
export const XPUB_TEST = 0x043587cf;
/** Deepest path, as the depth byte allows. */
export const MAX_DEPTH = 255;

/** A private node. Both arrays are secret; their owner wipes them. */
export interface PrivateNode {
  key: Uint8Array;
  chain: Uint8Array;
}

/** A public node: 33 and 32 bytes. */
export interface PublicNode {
  key: Uint8Array;
  chain: Uint8Array;
}

/** Master node of a seed of 16..64 bytes (`crypto-length`). */
export function privFromSeed(seed: Uint8Array): PrivateNode {
  if (!(seed instanceof Uint8Array) || seed.length < 16 || seed.length > 64)
    throw fail('crypto-length', 'a seed is 16 to 64 bytes');
  const mac = hmacSha512(SEED_KEY, seed);
  const node = { key: copyBytes(mac, 0, 32), chain: copyBytes(mac, 32, 64) };
  mac.fill(0);
  setBytes(A, node.key);
  const isValid = isScalar(A);
  A.fill(0);
  if (!isValid) throw fail('crypto-bip32', 'this seed gives no valid key');
  return node;
}

// HMAC-SHA512(chain, data ‖ index) where data is 33 bytes.
function childMac(chain: Uint8Array, data33: Uint8Array, index: number): Uint8Array {
  if (!(index >= 0 && index < 4294967296) || index % 1) throw fail('crypto-bip32', 'an index is 0 to 2^32 - 1');
  aBytes(chain, 32, 'chain code');
  const input = new Uint8Array(37);
  input.set(data33);
  input[33] = index / 16777216;
  input[34] = index >>> 16;
  input[35] = index >>> 8;
  input[36] = index;
  const mac = hmacSha512(chain, input);
  input.fill(0);
  return mac;
}

/**
 * Child `index` (hardened from 2^31) of a private node. pub33 spares the computation of the node's public key for
 * unhardened ones.
 */
export function ckdPriv(node: PrivateNode, index: number, pub33?: Uint8Array): PrivateNode {
  aScalar(A, node.key, 'private key');
  const data = new Uint8Array(33);
  if (index >= HARDENED) data.set(node.key, 1);
  else data.set(pub33 || pubkeyCreate(node.key));
  const mac = childMac(node.chain, data, index);
  data.fill(0);
  setBytes(A, node.key);
  setBytes(B, mac.subarray(0, 32));
  const isFactor = isScalar(B);
  addN(A, A, B);
  const isValid = isFactor && isScalar(A);
  const child = { key: toBytes(A), chain: copyBytes(mac, 32, 64) };
  mac.fill(0);
  A.fill(0);
  B.fill(0);
  wipeRegisters();
  if (!isValid) throw fail('crypto-bip32', 'this index gives no valid key');
  return child;
}

/** Child `index` (below 2^31) of a public node. */
export function ckdPub(node: PublicNode, index: number): PublicNode {
  if (index >= HARDENED) throw fail('crypto-bip32', 'a public node has no hardened children');
  const mac = childMac(node.chain, node.key, index);
  setBytes(A, mac.subarray(0, 32));
  if (!isScalar(A)) throw fail('crypto-bip32', 'this index gives no valid key');
  decodePoint(node.key);
  addToPoint(A);
  return { key: encodePoint(true), chain: copyBytes(mac, 32, 64) };
}

/** One to ten digits to an index below 2^31. Throws `crypto-path`. */
function indexOfText(text: string): number {
  if (!text.length || text.length > 10) throw fail('crypto-path', 'not a derivation path');
  let index = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) throw fail('crypto-path', 'not a derivation path');
    index = index * 10 + digit;
  }
  if (index >= HARDENED) throw fail('crypto-path', 'an index of a path is below 2^31');
  return index;
}

/** Path text (m/44'/0'/0, with ' or h) to indices. Throws `crypto-path`. */
export function parsePath(path: string): number[] {
  const parts = path.split('/');
  const out: number[] = [];
  let from = 0;
  if (parts[0] === 'm' || parts[0] === 'M' || parts[0] === '') from = 1;
  for (let i = from; i < parts.length; i++) {
    let part = parts[i];
    let added = 0;
    const last = part[part.length - 1];
    if (last === "'" || last === 'h' || last === 'H') {
      added = HARDENED;
      part = part.substr(0, part.length - 1);
    }
    out.push(indexOfText(part) + added);
  }
  if (path === '' || out.length > MAX_DEPTH) throw fail('crypto-path', 'not a derivation path');
  return out;
}

/** An extended key taken apart. key: 32 bytes when private, else 33. */
export interface ExtendedKey {
  isPrivate: boolean;
  isTest: boolean;
  depth: number;
  parent: Uint8Array;
  index: number;
  chain: Uint8Array;
  key: Uint8Array;
}

function putUint32(out: Uint8Array, at: number, value: number): void {
  out[at] = value / 16777216;
  out[at + 1] = value >>> 16;
  out[at + 2] = value >>> 8;
  out[at + 3] = value;
}

function getUint32(bytes: Uint8Array, at: number): number {
  return bytes[at] * 16777216 + (bytes[at + 1] << 16) + (bytes[at + 2] << 8) + bytes[at + 3];
}

/** An extended key as its text. */
export function encodeXkey(x: ExtendedKey): string {
  const out = new Uint8Array(78);
  putUint32(out, 0, x.isTest ? (x.isPrivate ? XPRV_TEST : XPUB_TEST) : x.isPrivate ? XPRV_MAIN : XPUB_MAIN);
  out[4] = x.depth;
  out.set(x.parent, 5);
  putUint32(out, 9, x.index);
  out.set(x.chain, 13);
  out.set(x.key, x.isPrivate ? 46 : 45);
  const text = base58checkEncode(out);
  out.fill(0);
  return text;
}

/**
 * Text to an extended key, all fields checked (BIP32, test vector 5). Throws crypto-base58, crypto-checksum,
 * crypto-version, crypto-bip32, crypto-scalar, crypto-point.
 */
export function decodeXkey(text: string): ExtendedKey {
  const bytes = base58checkDecode(text);
  if (bytes.length !== 78) throw fail('crypto-bip32', 'an extended key is 78 bytes');
  const version = getUint32(bytes, 0);
  const isPrivate = version === XPRV_MAIN || version === XPRV_TEST;
  const isTest = version === XPRV_TEST || version === XPUB_TEST;
  if (!isPrivate && version !== XPUB_MAIN && version !== XPUB_TEST)
    throw fail('crypto-version', 'unknown version of an extended key');
  const x = {
    isPrivate: isPrivate,
    isTest: isTest,
    depth: bytes[4],
    parent: copyBytes(bytes, 5, 9),
    index: getUint32(bytes, 9),
    chain: copyBytes(bytes, 13, 45),
    key: copyBytes(bytes, isPrivate ? 46 : 45, 78),
  };
  const first = bytes[45];
  bytes.fill(0);
  if (!x.depth && (x.index || getUint32(x.parent, 0)))
    throw fail('crypto-bip32', 'a master key has no parent and no index');
  if (isPrivate) {
    if (first) throw fail('crypto-bip32', 'a private key begins with a zero byte');
    aScalar(A, x.key, 'private key');
    A.fill(0);
  } else decodePoint(x.key);
  return x;
}

/** Master xprv of a seed, main net. */
export function bip32FromSeed(seed: Uint8Array): string {
  const node = privFromSeed(seed);
  const text = encodeXkey({
    isPrivate: true,
    isTest: false,
    depth: 0,
    parent: new Uint8Array(4),
    index: 0,
    chain: node.chain,
    key: node.key,
  });
  node.key.fill(0);
  node.chain.fill(0);
  return text;
}

// One step down; x's secrets are overwritten.
function stepDown(x: ExtendedKey, index: number): ExtendedKey {
  if (x.depth === MAX_DEPTH) throw fail('crypto-path', 'too deep');
  const pub = x.isPrivate ? pubkeyCreate(x.key) : x.key;
  const child = x.isPrivate ? ckdPriv(x, index, pub) : ckdPub(x, index);
  const parent = copyBytes(hash160(pub), 0, 4);
  if (x.isPrivate) x.key.fill(0);
  return {
    isPrivate: x.isPrivate,
    isTest: x.isTest,
    depth: x.depth + 1,
    parent: parent,
    index: index,
    chain: child.chain,
    key: child.key,
  };
}

/** Descendant of an xprv or xpub: same kind of text. Throws crypto-path and decodeXkey's codes. */
export function bip32Derive(xkey: string, path: string): string {
  const indices = parsePath(path);
  let x = decodeXkey(xkey);
  for (let i = 0; i < indices.length; i++) x = stepDown(x, indices[i]);
  const text = encodeXkey(x);
  if (x.isPrivate) x.key.fill(0);
  return text;
}

/** The xpub of an xprv (of an xpub: itself). */
export function bip32Neuter(xkey: string): string {
  const x = decodeXkey(xkey);
  if (!x.isPrivate) return xkey;
  const secret = x.key;
  x.key = pubkeyCreate(secret);
  x.isPrivate = false;
  secret.fill(0);
  return encodeXkey(x);
}

/** First four bytes of hash160 of a public key. */
export function fingerprint(pub33: Uint8Array): Uint8Array {
  return copyBytes(hash160(pub33), 0, 4);
}
