/**
 * The keys of an account and where they come from. Account a of network coin type c (0 main, 1 else), purpose p (84 for
 * p2wpkh, 44 for p2pkh): cold receiving = m/p'/c'/(2a)', hot sending = m/p'/c'/(2a+1)', HSM-Cold's identity for the
 * account = m/17229'/a'/0'. Hardened all the way: a hot key in an attacker's hands says nothing about a cold one. What
 * is public is written down once when the account is made (R_KEYS), so that no multiplication is needed later:
 *   0 | account u8 | fingerprint of m/p'/c' 4 | cold, hot, cold/0, hot/0, hot/1: public key 33 and chain code 32 each
 * Spec: BIP32, BIP44, BIP84. Leaves to others: when keys may be in memory (account-keys.ts,
 * console/commands/sweep.ts).
 */
import { HARDENED } from '../../crypto/wallet/bip32';
import { KEYS_COLD, KEYS_COLD_BYTES } from '../../journal/records';
import { copyBytes } from '../../crypto/bytes';
import { ckdPriv, hash160, privFromSeed, pubkeyCreate, wipe } from '../../crypto/index';

/** Of a node in R_KEYS: public key, then chain code. */
const PUB_BYTES = 33;
export const NODE_COLD = 0;
export const NODE_HOT = 1;
export const NODE_COLD_0 = 2;
export const NODE_HOT_0 = 3;
export const NODE_HOT_1 = 4;

/** A private node: 32 bytes of key and of chain code. Both secret; wiped by the maker. */
export interface PrivNode {
  key: Uint8Array;
  chain: Uint8Array;
}

export function wipeNode(node: PrivNode): void {
  wipe(node.key);
  wipe(node.chain);
}

/** m/a'/b'/c' of the seed, or m/a'/b' when c is -1. Secret. */
export function hardenedPath(seed64: Uint8Array, a: number, b: number, c: number): PrivNode {
  const master = privFromSeed(seed64);
  const first = ckdPriv(master, HARDENED + a);
  const second = ckdPriv(first, HARDENED + b);
  wipeNode(master);
  wipeNode(first);
  if (c < 0) return second;
  const third = ckdPriv(second, HARDENED + c);
  wipeNode(second);
  return third;
}

export function purposeOf(script: string): number {
  return script === 'p2pkh' ? 44 : 84;
}

export function coinOf(network: string): number {
  return network === 'main' ? 0 : 1;
}

/** Account key of one side. side: SIDE_HOT 1 or SIDE_COLD 2. Secret. */
export function accountNode(
  seed64: Uint8Array,
  script: string,
  network: string,
  account: number,
  side: number,
): PrivNode {
  return hardenedPath(seed64, purposeOf(script), coinOf(network), 2 * account + (side === 1 ? 1 : 0));
}

export function identityNode(seed64: Uint8Array, account: number): PrivNode {
  return hardenedPath(seed64, 17229, account, 0);
}

/** Public key of node `which` in the R_KEYS record. */
export function nodePub(keys: Uint8Array, which: number): Uint8Array {
  return copyBytes(keys, KEYS_COLD + which * KEYS_COLD_BYTES, KEYS_COLD + which * KEYS_COLD_BYTES + PUB_BYTES);
}

export function nodeChain(keys: Uint8Array, which: number): Uint8Array {
  return copyBytes(keys, KEYS_COLD + which * KEYS_COLD_BYTES + PUB_BYTES, KEYS_COLD + (which + 1) * KEYS_COLD_BYTES);
}

export function putNode(keys: Uint8Array, which: number, pub33: Uint8Array, chain32: Uint8Array): void {
  keys.set(pub33, KEYS_COLD + which * KEYS_COLD_BYTES);
  keys.set(chain32, KEYS_COLD + which * KEYS_COLD_BYTES + PUB_BYTES);
}

/**
 * The private key chain/index below the account node of a side. chainNode: NODE_COLD_0, NODE_HOT_0 or NODE_HOT_1, which
 * is the chain's place in R_KEYS. Secret.
 */
export function leafKey(account: PrivNode, keys: Uint8Array, chainNode: number, index: number): Uint8Array {
  const accountPub = nodePub(keys, chainNode === NODE_COLD_0 ? NODE_COLD : NODE_HOT);
  const chain = ckdPriv(account, chainNode === NODE_HOT_1 ? 1 : 0, accountPub);
  const leaf = ckdPriv(chain, index, nodePub(keys, chainNode));
  wipeNode(chain);
  wipe(leaf.chain);
  return leaf.key;
}

/** First four bytes of HASH160 of m's public key: the master fingerprint. One multiplication. */
export function masterFingerprint(seed64: Uint8Array): Uint8Array {
  const master = privFromSeed(seed64);
  const fingerprint = copyBytes(hash160(pubkeyCreate(master.key)), 0, 4);
  wipeNode(master);
  return fingerprint;
}
