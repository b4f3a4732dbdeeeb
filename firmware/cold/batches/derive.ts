/**
 * Deriving a batch in idle time, a few children a step, from the account's public keys: a locked board derives too. The
 * list of addresses goes into its digest and, for the published app's protocol, into the app's signed message. That
 * message's head needs the list's length: known beforehand for p2wpkh, after a first pass for p2pkh. When a batch is
 * done, the next one that is wanted begins.
 */
import {
  sha256Update,
  sha256Init,
  sha256Final,
  sha256DropTables,
  addressOfHash,
  batchStart,
  batchSlice,
} from '../../crypto/index';
import { BATCH_SIZE, SIDE_HOT } from '../../../protocol/wire';
import type { Sha256 } from '../../crypto/hash/sha256-running';
import type { Cold } from '../cold';
import { MAX_ACCOUNTS, type Account } from '../state/state';
import { needsV1, writeDigest, fileName, isDerived } from './cache';
import { schedule } from '../scheduler';
import type { Batches, UnderWay } from './batch';
import { v1BatchEntry, v1PayloadHead } from '../../../protocol/sms/v1';
import { textBytes } from '../../crypto/bytes';
import { accountKeys } from '../secrets/account-keys';
import { NODE_HOT_0, NODE_COLD_0, nodePub, nodeChain } from '../secrets/hierarchy';
import type { Thrown } from '../link/refusal';
import { requireAccount } from '../state/accounts';
import { batchDigestHead, batchDigestAddress } from '../../../protocol/request/authority';

/** Children that share an inversion. An idle step is less than a child: a column of its comb. */
export const CHILDREN_A_STEP = 2;

/** Children after which the time of one is known. */
const PACE_CHILDREN = 8;

/** Bytes of the list as text when every address has addressBytes: "0,<address>:" ... "999,<address>:". */
function listBytes(addressBytes: number): number {
  return BATCH_SIZE * (addressBytes + 2) + 2890;
}

/** A running hash as protocol/request/authority.ts feeds it. */
function sinkOf(hash: Sha256): { update: (bytes: Uint8Array) => void } {
  return {
    update: function (bytes) {
      sha256Update(hash, bytes);
    },
  };
}

function derive(cold: Cold, account: Account, side: number, batchNo: number): void {
  const batches = cold.batches;
  const hash = sha256Init();
  batches.under = {
    account: account.n,
    network: account.network,
    script: account.script,
    isV1: needsV1(account),
    side: side,
    batchNo: batchNo,
    hash: hash,
    message: needsV1(account) && account.script !== 'p2pkh' ? sha256Init() : undefined,
    textBytes: 0,
    isSecondPass: false,
    children: undefined,
  };
  batches.done = 0;
  batches.startedMs = cold.hal.clock.uptimeMs();
  batchDigestHead(sinkOf(hash), account.network, account.n, side, batchNo);
  schedule(cold, { isIdle: true, step: stepBatch, park: parkBatch, failed: failBatch });
}

/** Adds one child to the digests. */
function addChild(batches: Batches, hash20: Uint8Array): void {
  const it = batches.under!;
  const text = addressOfHash(hash20, it.script, it.network);
  const entry = v1BatchEntry(batches.done, text);
  if (it.message && !it.textBytes && !it.isSecondPass) sha256Update(it.message, v1PayloadHead(listBytes(text.length)));
  if (it.message) sha256Update(it.message, textBytes(entry));
  if (!it.isSecondPass) {
    batchDigestAddress(sinkOf(it.hash), batches.done, text);
    it.textBytes += entry.length;
  }
  batches.done++;
}

function startChildren(cold: Cold, it: UnderWay, done: number): void {
  const keys = accountKeys(cold, it.account);
  const node = it.side === SIDE_HOT ? NODE_HOT_0 : NODE_COLD_0;
  it.children = batchStart(
    nodePub(keys, node),
    nodeChain(keys, node),
    it.batchNo * BATCH_SIZE + done,
    BATCH_SIZE - done,
  );
}

function stepBatch(cold: Cold): boolean {
  const batches = cold.batches;
  const it = batches.under!;
  if (!it.children) startChildren(cold, it, batches.done);
  const found = batchSlice(it.children!, CHILDREN_A_STEP);
  for (let i = 0; i < found.length; i++) addChild(batches, found[i].hash160);
  if (batches.done >= PACE_CHILDREN) batches.childMs = (cold.hal.clock.uptimeMs() - batches.startedMs) / batches.done;
  if (batches.done < BATCH_SIZE) return true;
  if (!it.isSecondPass) writeDigest(cold, fileName('b', it.account, it.side, it.batchNo), sha256Final(it.hash));
  if (it.message) writeDigest(cold, fileName('m', it.account, it.side, it.batchNo), sha256Final(it.message));
  if (it.message || !it.isV1) {
    endBatch(cold);
    return false;
  }
  it.isSecondPass = true;
  it.children = undefined;
  it.message = sha256Init();
  batches.done = 0;
  sha256Update(it.message, v1PayloadHead(it.textBytes));
  return true;
}

/** All but the digests so far can be made anew. */
function parkBatch(cold: Cold): void {
  cold.batches.under!.children = undefined;
  sha256DropTables();
}

/** Removes and returns the callback that waits for a batch: one at most, of the last request. */
export function dropWaiting(batches: Batches, key: number): (() => void) | undefined {
  for (let i = 0; i < batches.waiting.length; i++)
    if (batches.waiting[i].key === key) return batches.waiting.splice(i, 1)[0].ready;
  return undefined;
}

function failBatch(error: Thrown, cold: Cold): void {
  endBatch(cold);
}

function endBatch(cold: Cold): void {
  const batches = cold.batches;
  const key = batches.wanted.splice(0, 1)[0];
  batches.under = undefined;
  startNext(cold);
  const ready = dropWaiting(batches, key);
  if (ready) ready();
}

export function startNext(cold: Cold): void {
  const batches = cold.batches;
  while (!batches.under && batches.wanted.length) {
    const key = batches.wanted[0];
    const account = key % MAX_ACCOUNTS;
    const rest = Math.floor(key / MAX_ACCOUNTS);
    const side = (rest % 2) + 1;
    const batchNo = Math.floor(rest / 2);
    if (!isDerived(cold, account, side, batchNo)) derive(cold, requireAccount(cold, account), side, batchNo);
    else batches.wanted.splice(0, 1);
  }
}
