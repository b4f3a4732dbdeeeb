/**
 * Batches of BATCH_SIZE receiving addresses: what is kept of the one being derived and of those that wait. Plain data.
 * In reading order: queue.ts (which batch comes next), derive.ts (its addresses, into a digest), cache.ts (the digest
 * on flash), attest.ts (the reply to the link). Spec: SPEC.md, batches.
 */
import type { Network } from '../../crypto/wallet/address';
import type { Sha256 } from '../../crypto/hash/sha256-running';
import type { Batch } from '../../crypto/wallet/batch';
import { MAX_ACCOUNTS, type ScriptType } from '../state/state';

/** A batch being derived: the digests of its first children, and the keys and points in hand. */
export interface UnderWay {
  /** The account's number, and what of it is asked for at every child. */
  account: number;
  network: Network;
  script: ScriptType;
  isV1: boolean;
  side: number;
  batchNo: number;
  hash: Sha256;
  /** The published app's signed message over the list. */
  message?: Sha256;
  /** Bytes of the list as text, known when the first pass is through. */
  textBytes: number;
  isSecondPass: boolean;
  children?: Batch;
}

/** What is being derived and what waits for it. */
export interface Batches {
  /** Numbers that batchKey makes: an object for each would cost six variables. */
  wanted: number[];
  /** What is to be called once a batch is derived. */
  waiting: { key: number; ready: () => void }[];
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

/** Time of a child where none has been derived yet: an ESP32's, estimated. */
const CHILD_MS_AT_FIRST = 3000;

export function makeBatches(): Batches {
  return { wanted: [], waiting: [], done: 0, startedMs: 0, childMs: CHILD_MS_AT_FIRST };
}
