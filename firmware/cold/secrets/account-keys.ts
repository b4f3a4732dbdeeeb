/**
 * Keys of an account. Sealed on flash (R_SECRETS) are those that sign for hot coins and as HSM-Cold, so that neither is
 * in memory at rest; a cold receiving key is nowhere but in the seed. Public ones are R_KEYS. Leaves to others: how
 * they are derived (hierarchy.ts).
 */
import { wipe, hash160, ckdPub } from '../../crypto/index';
import type { Cold } from '../cold';
import { accountRecordAt, type Account } from '../state/state';
import { R_KEYS, R_SECRETS, SECRETS_BYTES, SECRETS_HOT_CHAIN_CODE, SECRETS_IDENTITY } from '../../journal/records';
import {
  accountNode,
  wipeNode,
  identityNode,
  NODE_HOT_1,
  NODE_HOT_0,
  nodePub,
  nodeChain,
  type PrivNode,
} from './hierarchy';
import { saveCbor } from '../state/store';
import { sealForNext, openRecord } from './seal';
import { copyBytes } from '../../crypto/bytes';
import { fail } from '../../../protocol/errors';
import { readRecord } from '../../journal/journal';
import { CHAIN_CHANGE } from '../../../protocol/wire';

/**
 * Derives an account's keys from the seed and writes them down, sealed, unless they are there. seed64 is the caller's
 * to wipe.
 */
export function saveSecrets(cold: Cold, account: Account, seed64: Uint8Array): void {
  if (accountRecordAt(cold.state, R_SECRETS, account.n)) return;
  const plain = new Uint8Array(SECRETS_BYTES);
  const hot = accountNode(seed64, account.script, account.network, account.n, 1);
  plain.set(hot.key);
  plain.set(hot.chain, SECRETS_HOT_CHAIN_CODE);
  wipeNode(hot);
  const identity = identityNode(seed64, account.n);
  plain.set(identity.key, SECRETS_IDENTITY);
  wipeNode(identity);
  saveCbor(cold, R_SECRETS, [account.n, sealForNext(cold, plain)]);
  wipe(plain);
}

function secretsOf(cold: Cold, n: number): Uint8Array {
  const plain = openRecord(cold, R_SECRETS, n);
  if (!plain) throw fail('no-account', 'the account has no keys');
  return plain;
}

/** m/p'/c'/(2a+1)': hot sending. Secret, the caller wipes it (wipeNode). Throws `locked`. */
export function hotNode(cold: Cold, n: number): PrivNode {
  const plain = secretsOf(cold, n);
  const node = {
    key: copyBytes(plain, 0, SECRETS_HOT_CHAIN_CODE),
    chain: copyBytes(plain, SECRETS_HOT_CHAIN_CODE, SECRETS_IDENTITY),
  };
  wipe(plain);
  return node;
}

/** HSM-Cold's identity key for the account. Secret, the caller wipes it. Throws `locked`. */
export function identityPriv(cold: Cold, n: number): Uint8Array {
  const plain = secretsOf(cold, n);
  const priv = copyBytes(plain, SECRETS_IDENTITY, SECRETS_BYTES);
  wipe(plain);
  return priv;
}

/** Public keys of an account, as secrets/hierarchy.ts lays them out. */
export function accountKeys(cold: Cold, n: number): Uint8Array {
  return readRecord(cold.journal!, accountRecordAt(cold.state, R_KEYS, n));
}

/** HASH160 of the account's hot key chain/index. One multiplication. */
export function hotKeyHash(cold: Cold, n: number, chain: number, index: number): Uint8Array {
  const node = chain === CHAIN_CHANGE ? NODE_HOT_1 : NODE_HOT_0;
  const keys = accountKeys(cold, n);
  return hash160(ckdPub({ key: nodePub(keys, node), chain: nodeChain(keys, node) }, index).key);
}
