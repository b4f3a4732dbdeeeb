/**
 * Batches of 1,000 receiving addresses: derived ahead in idle time, a few children a slice, from the account's public
 * keys (so a locked board derives too), and kept as their digest. Cache file "b<account>-<side>-<batch>": digest 32 |
 * MAC 16 under the device secret, so that a changed file is derived anew and never believed. For accounts of the
 * published app's protocol "m..." beside it holds the first SHA-256 of the list as its signed message, whose head needs
 * the text's length: known beforehand for p2wpkh, after a first pass for p2pkh.
 * Answers come from the cache: a proof for V under the channel, a signature of the identity key for the link (SPEC.md,
 * batches).
 */
import { concatBytes, copyBytes, textBytes } from '../../crypto/bytes';
import {
  addressOfHash,
  batchSlice,
  batchStart,
  constantTimeEqual,
  ecdsaSign,
  hmacSha256,
  sha256DropTables,
  sha256Final,
  sha256Init,
  sha256Update,
  wipe,
} from '../../crypto/index';
import type { Batch } from '../../crypto/wallet/batch';
import type { Sha256 } from '../../crypto/hash/sha256-running';
import { attestationHash, batchDigestAddress, batchDigestHead } from '../../../protocol/request/authority';
import { BATCH_SIZE, REFUSE_NOT_READY, SIDE_COLD, SIDE_HOT } from '../../../protocol/wire';
import { aAttest } from '../../../protocol/link/messages';
import { nodeChain, nodePub, NODE_COLD_0, NODE_HOT_0 } from '../secrets/hierarchy';
import type { Cold, Task } from '../cold';
import { requireReady, requireOpenAccount, accountKeys, identityPriv, requireAccount } from '../state/account-store';
import { v1BatchEntry, v1PayloadHead } from '../../../protocol/sms/v1';
import type { Refuse, Reply } from '../signing/signing';
import { MAX_ACCOUNTS, PROTO_BIT_V1, type Account } from '../state/state';
import { schedule } from '../scheduler';

/** Children that share an inversion. An idle slice is less than a child: a column of its comb. */
export const CHILDREN_A_STEP = 2;
/**
 * Batches wanted at once. The link's take no more than WANTED_LINK_MAX of the places, and only within BATCHES_AHEAD of
 * what is derived.
 */
export const WANTED_MAX = 8;
export const WANTED_LINK_MAX = 4;
export const BATCHES_AHEAD = 2;
/** Time of a child where none has been derived yet: an ESP32's, estimated. */
const CHILD_MS_AT_FIRST = 3000;
/** Children after which the time of one is known. */
const PACE_CHILDREN = 8;
const MAC_BYTES = 16;

/** A batch being derived: the digests of its first children, and the keys and points in hand. */
interface UnderWay {
  /** The account's number, and what of it is asked for at every child. */
  account: number;
  network: string;
  script: string;
  isV1: boolean;
  side: number;
  batchNo: number;
  hash: Sha256;
  /** The published app's signed message over the list. */
  message?: Sha256;
  /** Octets of the list as text, known when the first pass is through. */
  textBytes: number;
  isSecondPass: boolean;
  children?: Batch;
}

/** What is being derived and what waits for it. */
export interface Batches {
  /** Numbers that batchKey makes: an object for each would cost six variables. */
  wanted: number[];
  /** Who is to be called once a batch is derived. */
  waiting: { key: number; ready: () => void }[];
  task?: Task;
  under?: UnderWay;
  /**
   * Position reached in the batch under way, when it was started, and the time of a child as last seen: for estimates.
   */
  done: number;
  startedMs: number;
  childMs: number;
}

/** One number for a batch: MAX_ACCOUNTS accounts, two sides, any number of batches. */
export function batchKey(account: number, side: number, batchNo: number): number {
  return (batchNo * 2 + side - 1) * MAX_ACCOUNTS + account;
}

function fileName(kind: string, account: number, side: number, batchNo: number): string {
  return kind + account + '-' + side + '-' + batchNo;
}

function fileMac(cold: Cold, name: string, digest: Uint8Array): Uint8Array {
  return copyBytes(
    hmacSha256((cold.device as any).secret, concatBytes([textBytes('batch ' + name), digest])),
    0,
    MAC_BYTES,
  );
}

function readDigest(cold: Cold, name: string): Uint8Array | undefined {
  const bytes = cold.hal.files.readFile(name);
  if (!bytes || bytes.length !== 32 + MAC_BYTES) return undefined;
  const digest = copyBytes(bytes, 0, 32);
  return constantTimeEqual(copyBytes(bytes, 32, 32 + MAC_BYTES), fileMac(cold, name, digest)) ? digest : undefined;
}

function writeDigest(cold: Cold, name: string, digest: Uint8Array): void {
  cold.hal.files.writeFile(name, concatBytes([digest, fileMac(cold, name, digest)]));
}

/** The batch's digest when it is derived, else undefined. */
export function batchDigestOf(cold: Cold, account: number, side: number, batchNo: number): Uint8Array | undefined {
  return readDigest(cold, fileName('b', account, side, batchNo));
}

/** First SHA-256 of the published app's signed message over the list, when it is derived. */
export function v1HashOf(cold: Cold, account: number, side: number, batchNo: number): Uint8Array | undefined {
  return readDigest(cold, fileName('m', account, side, batchNo));
}

function needsV1(account: Account): boolean {
  return (account.protos & PROTO_BIT_V1) !== 0;
}

function isDerived(cold: Cold, account: number, side: number, batchNo: number): boolean {
  return (
    !!batchDigestOf(cold, account, side, batchNo) &&
    (!needsV1(requireAccount(cold, account)) || !!v1HashOf(cold, account, side, batchNo))
  );
}

/** Octets of the list as text when every address has addressBytes: "0,<address>:" ... "999,<address>:". */
function listBytes(addressBytes: number): number {
  return BATCH_SIZE * (addressBytes + 2) + 2890;
}

/** The bytes that go into a running hash. */
function sinkOf(hash: Sha256): { update: (bytes: Uint8Array) => void } {
  return {
    update: function (bytes) {
      sha256Update(hash, bytes);
    },
  };
}

function derive(cold: Cold, account: Account, side: number, batchNo: number): void {
  const batches = cold.batches as Batches;
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
  batches.task = { isIdle: true, step: stepBatch, park: parkBatch, failed: failBatch };
  schedule(cold, batches.task);
}

/** Takes one child into the digests. */
function takeChild(batches: Batches, hash20: Uint8Array): void {
  const it = batches.under as UnderWay;
  const text = addressOfHash(hash20, it.script as any, it.network as any);
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
  const batches = cold.batches as Batches;
  const it = batches.under as UnderWay;
  if (!it.children) startChildren(cold, it, batches.done);
  const found = batchSlice(it.children as Batch, CHILDREN_A_STEP);
  for (let i = 0; i < found.length; i++) takeChild(batches, found[i].hash160);
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
  ((cold.batches as Batches).under as UnderWay).children = undefined;
  sha256DropTables();
}

/** Takes who waits for a batch off the list: one at most, the last that asked. */
function takeWaiting(batches: Batches, key: number): (() => void) | undefined {
  for (let i = 0; i < batches.waiting.length; i++)
    if (batches.waiting[i].key === key) return batches.waiting.splice(i, 1)[0].ready;
  return undefined;
}

function failBatch(error: any, cold: Cold): void {
  endBatch(cold);
}

function endBatch(cold: Cold): void {
  const batches = cold.batches as Batches;
  const key = batches.wanted.splice(0, 1)[0];
  batches.task = undefined;
  batches.under = undefined;
  startNext(cold);
  const ready = takeWaiting(batches, key);
  if (ready) ready();
}

function startNext(cold: Cold): void {
  const batches = cold.batches as Batches;
  while (!batches.task && batches.wanted.length) {
    const key = batches.wanted[0];
    const account = key % MAX_ACCOUNTS;
    const rest = Math.floor(key / MAX_ACCOUNTS);
    const side = (rest % 2) + 1;
    const batchNo = Math.floor(rest / 2);
    if (!isDerived(cold, account, side, batchNo)) derive(cold, requireAccount(cold, account), side, batchNo);
    else batches.wanted.splice(0, 1);
  }
}

/**
 * Queues a batch unless it is queued. isUrgent, for V's: next in line, in place of the last one where the queue is
 * full; else false then. ready is called once.
 */
export function wantBatch(
  cold: Cold,
  account: number,
  side: number,
  batchNo: number,
  isUrgent: boolean,
  ready?: () => void,
): boolean {
  const batches = cold.batches as Batches;
  const wanted = batches.wanted;
  const key = batchKey(account, side, batchNo);
  if (wanted.indexOf(key) < 0) {
    if (wanted.length >= WANTED_MAX && !isUrgent) return false;
    if (wanted.length >= WANTED_MAX) takeWaiting(batches, wanted.splice(WANTED_MAX - 1, 1)[0]);
    wanted.splice(isUrgent && wanted.length ? 1 : wanted.length, 0, key);
  }
  if (ready) {
    takeWaiting(batches, key);
    batches.waiting.push({ key: key, ready: ready });
  }
  startNext(cold);
  return true;
}

/** Number of the first batch of a side that is not derived yet, looked for from 0. */
export function countBatches(cold: Cold, account: number, side: number): number {
  let n = 0;
  while (batchDigestOf(cold, account, side, n)) n++;
  return n;
}

/** Queues the first batches of every account. At boot and when an account is made. */
export function wantFirstBatches(cold: Cold): void {
  for (let n = 0; n < cold.state.accountCount; n++) {
    for (let side = SIDE_HOT; side <= SIDE_COLD; side++)
      if (!isDerived(cold, n, side, 0)) wantBatch(cold, n, side, 0, false);
  }
}

export function makeBatches(): Batches {
  return { wanted: [], waiting: [], done: 0, startedMs: 0, childMs: CHILD_MS_AT_FIRST };
}

/** Seconds until a batch is derived, as far as can be told. */
export function secondsToBatch(cold: Cold, account: number, side: number, batchNo: number): number {
  const batches = cold.batches as Batches;
  let children = BATCH_SIZE - batches.done;
  const key = batchKey(account, side, batchNo);
  for (let i = 0; i < batches.wanted.length && batches.wanted[i] !== key; i++) children += BATCH_SIZE;
  return Math.floor((children * batches.childMs) / 1000) + 1;
}

/**
 * ATTEST: digest and signature of a batch, or `not-ready`. What the link asks for carries no authority of V's: it is
 * derived behind what V asked for, and only next to what is derived, so that a hacked API can neither push V's out nor
 * fill the Storage.
 */
export function attest(cold: Cold, fields: any[], reply: Reply, refuse: Refuse): void {
  requireReady(cold);
  const m = aAttest(fields);
  requireOpenAccount(cold, m.account);
  const digest = batchDigestOf(cold, m.account, m.side, m.batchNo);
  if (!digest) {
    const isNear = m.batchNo < countBatches(cold, m.account, m.side) + BATCHES_AHEAD;
    if (isNear && (cold.batches as Batches).wanted.length < WANTED_LINK_MAX)
      wantBatch(cold, m.account, m.side, m.batchNo, false);
    return refuse(REFUSE_NOT_READY, 'not-ready');
  }
  schedule(cold, {
    isIdle: false,
    step: function () {
      const priv = identityPriv(cold, m.account);
      const sig = ecdsaSign(attestationHash(cold.crypto, digest), priv);
      wipe(priv);
      reply([digest, sig]);
      return false;
    },
    failed: function () {
      refuse(REFUSE_NOT_READY, 'not-ready');
    },
  });
}
